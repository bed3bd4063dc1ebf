/// Audiences: their documents, and lists of their members, and visitors.
extension OpenAPI {
    static let memberPaths = #"""
          "/v1/audiences/{id}/members": {
            "parameters": [ { "$ref": "#/components/parameters/id" } ],
            "get": {
              "tags": [ "documents" ], "operationId": "get-members",
              "summary": "How far the upload under way is, or how the last one since the start of the service went",
              "responses": {
                "200": {
                  "description": "The upload",
                  "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Upload" } } }
                },
        \#(refusals(["403", "404", "409"]))
              }
            },
            "put": {
              "tags": [ "documents" ], "operationId": "put-members",
              "summary": "Replaces the list of an audience of members, at once when all of it was read; a bad line is \#
        left out, and a body that breaks off changes nothing",
              "parameters": [
                {
                  "name": "Content-Encoding", "in": "header", "schema": { "enum": [ "identity", "gzip" ] }
                }
              ],
              "requestBody": {
                "required": true, "description": "Of any size: a member a line, as JSON or as the bare own id",
                "content": {
                  "application/x-ndjson": { "schema": { "type": "string" } },
                  "text/plain": { "schema": { "type": "string" } },
                  "application/octet-stream": {}
                }
              },
              "responses": {
                "200": {
                  "description": "The list is in its place",
                  "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Upload" } } }
                },
        \#(refusals(["400", "403", "404", "409", "415", "503"]))
              }
            }
          }
        """#

    static let visitorPaths = #"""
          "/v1/visitors/{id}": {
            "parameters": [
              {
                "name": "id", "in": "path", "required": true, "schema": { "type": "string" },
                "description": "own:ADVERTISER:ID, cookie:ID, ifa:ID, email:SHA256, eid:SOURCE:ID, user:EXCHANGE:ID, \#
        or what the log's column visitor has. An advertiser's token may ask by its own ids, and not erase"
              }
            ],
            "get": {
              "tags": [ "visitors" ], "operationId": "export-visitor",
              "summary": "Everything that is kept of a person; to an advertiser its own acts and audiences alone. One at \#
        a time, for the log is read: 503 meanwhile, 500 where it is damaged",
              "responses": {
                "200": {
                  "description": "The person",
                  "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Person" } } }
                },
        \#(refusals(["400", "403", "404", "500", "503"]))
              }
            },
            "delete": {
              "tags": [ "visitors" ], "operationId": "erase-visitor",
              "summary": "Erases a person for good, by all identifiers that are known to be theirs; for operators",
              "responses": {
                "204": { "description": "Erased" },
        \#(refusals(["400", "403", "404", "503"]))
              }
            }
          }
        """#

    static let audienceSchemas = #"""
            "Person": {
              "type": "object", "required": [ "opted_out", "audiences", "acts", "unreadable" ],
              "description": "An advertiser's token is not told visitor, household, last_seen, identifiers and items",
              "properties": {
                "visitor": { "type": "string", "description": "As the log's column visitor has it" },
                "opted_out": { "type": "boolean" },
                "household": { "type": "boolean", "description": "Whether it is an address instead of a person" },
                "last_seen": { "type": [ "string", "null" ], "format": "date-time" },
                "identifiers": {
                  "type": "array", "items": { "type": "string" },
                  "description": "Their sorts: of themselves keyed hashes alone are kept"
                },
                "audiences": {
                  "type": "array",
                  "items": {
                    "type": "object", "required": [ "id", "until" ],
                    "properties": {
                      "id": { "$ref": "#/components/schemas/Id" },
                      "until": { "type": [ "string", "null" ], "format": "date-time" }
                    }
                  }
                },
                "items": { "type": "array", "items": { "type": "string" } },
                "acts": {
                  "type": "array",
                  "items": {
                    "type": "object", "required": [ "type", "time", "properties" ],
                    "properties": {
                      "type": { "type": "string" }, "time": { "type": "string", "format": "date-time" },
                      "properties": { "type": "object" }
                    }
                  }
                },
                "unreadable": {
                  "type": "array", "items": { "type": "integer" },
                  "description": "Numbers of the log's records about the person that cannot be read, and so are missing"
                }
              }
            },
            "Audience": {
              "type": "object", "required": [ "id" ],
              "oneOf": [ { "required": [ "when" ] }, { "required": [ "members" ] }, { "required": [ "cidr" ] } ],
              "properties": {
                "id": { "$ref": "#/components/schemas/Id" },
                "advertiser": {
                  "allOf": [ { "$ref": "#/components/schemas/Id" } ],
                  "description": "Whose it is; absent for one that everybody may target"
                },
                "name": { "type": "string", "description": "The id where absent" },
                "when": {
                  "type": "object", "description": "A rule over what visitors do",
                  "examples": [
                    { "event": "view", "where": { "category": [ "shoes" ] }, "at_least": 3, "within": "7d" }
                  ]
                },
                "members": {
                  "type": "array", "items": { "$ref": "#/components/schemas/Member" },
                  "description": "Put into the audience, and not kept here: read again the list is empty. Empty \#
        for one that is uploaded with PUT /v1/audiences/{id}/members"
                },
                "cidr": {
                  "type": "array", "items": { "type": "string" }, "examples": [ [ "192.0.2.0/24", "2001:db8::/48" ] ]
                }
              }
            },
            "StoredAudience": {
              "allOf": [ { "$ref": "#/components/schemas/Audience" }, { "$ref": "#/components/schemas/Stored" } ],
              "properties": {
                "size": {
                  "type": "integer", "minimum": 0, "readOnly": true, "description": "Visitors who are in it now"
                }
              }
            },
            "Upload": {
              "type": "object", "required": [ "state", "lines", "members", "refused", "reasons" ],
              "properties": {
                "state": { "enum": [ "receiving", "applying", "ready" ] },
                "lines": { "type": "integer", "description": "Read so far, without blank ones" },
                "members": {
                  "type": "integer", "description": "Identifiers while it is on its way, visitors when it is ready"
                },
                "refused": { "type": "integer", "description": "Lines that are no member" },
                "reasons": {
                  "type": "array", "maxItems": 100, "description": "Of the first refused lines",
                  "items": {
                    "type": "object", "required": [ "line", "reason" ],
                    "properties": { "line": { "type": "integer", "minimum": 1 }, "reason": { "type": "string" } }
                  }
                },
                "interrupted": { "type": "string", "description": "Why an upload after this one changed nothing" }
              }
            },
            "Member": {
              "description": "The advertiser's own id of somebody, or an object with some of these identifiers",
              "oneOf": [
                { "type": "string" },
                {
                  "type": "object", "minProperties": 1, "additionalProperties": false,
                  "properties": {
                    "id": { "type": "string", "description": "The advertiser's own id" },
                    "ifa": { "type": "string", "description": "Advertising id of a device" },
                    "email_sha256": { "type": "string", "pattern": "^[0-9A-Fa-f]{64}$" },
                    "cookie": { "type": "string", "description": "Our cookie, as cookie matching hands it out" },
                    "eids": { "type": "array", "items": { "$ref": "#/components/schemas/ExtendedId" } }
                  }
                }
              ],
              "examples": [ "customer-17", { "email_sha256": "…", "ifa": "…" } ]
            },
            "ExtendedId": {
              "type": "object", "required": [ "source" ],
              "description": "OpenRTB 2.6, 3.2.27: with uids as there, or with one id",
              "properties": {
                "source": { "type": "string" }, "id": { "type": "string" },
                "uids": {
                  "type": "array",
                  "items": {
                    "type": "object", "required": [ "id" ], "properties": { "id": { "type": "string" } }
                  }
                }
              }
            }
        """#
}
