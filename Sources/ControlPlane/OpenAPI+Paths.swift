/// Paths beside the collections of documents, and what all paths share.
extension OpenAPI {
    static let statePaths = ["pause", "resume"].map { verb in
        #"""
          "/v1/strategies/{id}/\#(verb)": {
            "parameters": [ { "$ref": "#/components/parameters/id" } ],
            "post": {
              "tags": [ "documents" ], "operationId": "\#(verb)-strategy",
              "summary": "Sets the strategy's state to \#(verb == "pause" ? "paused" : "active")",
              "parameters": [
                { "$ref": "#/components/parameters/If-Match" }, { "$ref": "#/components/parameters/Idempotency-Key" }
              ],
              "responses": {
                "200": {
                  "description": "The strategy as it is now",
                  "headers": { "ETag": { "$ref": "#/components/headers/ETag" } },
                  "content": { "application/json": { "schema": { "$ref": "#/components/schemas/StoredStrategy" } } }
                },
        \#(refusals(["403", "404", "412", "422"]))
              }
            }
          }
        """#
    }.joined(separator: ",\n")

    static let tokenPaths = #"""
          "/v1/tokens": {
            "get": {
              "tags": [ "tokens" ], "operationId": "list-tokens", "summary": "The tokens that hold, without secrets",
              "parameters": [
                { "$ref": "#/components/parameters/limit" }, { "$ref": "#/components/parameters/cursor" }
              ],
              "responses": {
                "200": {
                  "description": "A page",
                  "content": { "application/json": { "schema": {
                    "allOf": [ { "$ref": "#/components/schemas/Page" } ],
                    "properties": { "items": { "items": { "$ref": "#/components/schemas/Token" } } }
                  } } }
                },
        \#(refusals(["400"]))
              }
            },
            "post": {
              "tags": [ "tokens" ], "operationId": "create-token",
              "summary": "Makes a token; its secret is in this answer and nowhere else, not in a repeat's either",
              "parameters": [ { "$ref": "#/components/parameters/Idempotency-Key" } ],
              "requestBody": { "required": true, "content": {
                "application/json": { "schema": { "$ref": "#/components/schemas/TokenRequest" } }
              } },
              "responses": {
                "201": {
                  "description": "Made",
                  "headers": { "Location": { "$ref": "#/components/headers/Location" } },
                  "content": { "application/json": { "schema": { "$ref": "#/components/schemas/NewToken" } } }
                },
        \#(refusals(["400", "403", "409", "413", "415", "422"]))
              }
            }
          },
          "/v1/tokens/{id}": {
            "parameters": [ { "$ref": "#/components/parameters/id" } ],
            "get": {
              "tags": [ "tokens" ], "operationId": "get-token", "summary": "One token, without its secret",
              "responses": {
                "200": {
                  "description": "The token",
                  "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Token" } } }
                },
        \#(refusals(["404"]))
              }
            },
            "delete": {
              "tags": [ "tokens" ], "operationId": "revoke-token",
              "summary": "Revokes a token for good; the last operator's stays",
              "responses": {
                "204": { "description": "Revoked" },
        \#(refusals(["403", "404", "409"]))
              }
            }
          }
        """#

    static let servicePaths = #"""
          "/v1/explain": {
            "post": {
              "tags": [ "service" ], "operationId": "explain",
              "summary": "Why each strategy bids on a request, or does not; nothing is bid or spent",
              "requestBody": { "required": true, "content": { "application/json": { "schema": {
                "type": "object", "required": [ "request" ], "additionalProperties": false,
                "properties": {
                  "request": { "type": "object", "description": "An OpenRTB bid request" },
                  "exchange": { "type": "string", "description": "Who asks; not needed where there is one" },
                  "strategy": { "type": "string", "description": "Explains this one alone" }
                }
              } } } },
              "responses": {
                "200": {
                  "description": "By impression, then by strategy: the first rule that stopped it, with both values",
                  "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Explanation" } } }
                },
        \#(refusals(["400", "413", "415", "422"]))
              }
            }
          },
          "/v1/reports/passes": {
            "get": {
              "tags": [ "service" ], "operationId": "passes",
              "summary": "Why strategies made no bid, counted since the start",
              "parameters": [
                {
                  "name": "strategy", "in": "query", "description": "Of this one alone",
                  "schema": { "$ref": "#/components/schemas/Id" }
                }
              ],
              "responses": {
                "200": { "description": "Counts by reason", "content": { "application/json": { "schema": {} } } },
        \#(refusals(["400", "404"]))
              }
            }
          },
          "/v1/books": {
            "get": {
              "tags": [ "service" ], "operationId": "books", "summary": "The books as of now",
              "responses": {
                "200": {
                  "description": "Of each strategy, advertiser and exchange",
                  "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Books" } } }
                },
        \#(refusals([]))
              }
            }
          },
        \#(textPath("/metrics", "metrics", "Prometheus' text format", "text/plain", isOpen: false)),
        \#(textPath("/status", "status", "What the service says of itself", "application/json", isOpen: false)),
        \#(textPath("/health/live", "live", "The process answers", "text/plain")),
        \#(textPath("/health/ready", "ready", "Bids are answered; 503 while not", "text/plain", otherwise: "503")),
        \#(textPath("/openapi.json", "openapi", "This document", "application/json")),
        \#(textPath("/", "home", "A page naming the endpoints", "text/html"))
        """#

    /// - Parameter isOpen: without a token from everywhere, and not from this machine alone.
    private static func textPath(
        _ path: String, _ id: String, _ summary: String, _ type: String, isOpen: Bool = true, otherwise: String? = nil
    ) -> String {
        let more = otherwise.map { #","# + "\n" + #"        "\#($0)": { "description": "Not now" }"# } ?? ""
        let security = isOpen ? "[]" : #"[ {}, { "token": [] } ]"#
        return #"""
              "\#(path)": {
                "get": {
                  "tags": [ "service" ], "operationId": "\#(id)", "summary": "\#(summary)", "security": \#(security),
                  "responses": {
                    "200": { "description": "\#(summary)", "content": { "\#(type)": { "schema": {} } } }\#(more)
                  }
                }
              }
            """#
    }

    static let parameters = #"""
            "id": {
              "name": "id", "in": "path", "required": true, "schema": { "$ref": "#/components/schemas/Id" }
            },
            "limit": {
              "name": "limit", "in": "query", "description": "Items of a page at most; big ones make it shorter",
              "schema": { "type": "integer", "minimum": 1, "maximum": 1000, "default": 100 }
            },
            "cursor": {
              "name": "cursor", "in": "query", "description": "“next” of the page before",
              "schema": { "type": "string" }
            },
            "If-Match": {
              "name": "If-Match", "in": "header", "description": "Only if the document is at this version still",
              "schema": { "type": "string", "examples": [ "\"3\"" ] }
            },
            "If-None-Match": {
              "name": "If-None-Match", "in": "header",
              "description": "GET: 304 if the document is at this version still. PUT with *: only if there is none yet",
              "schema": { "type": "string" }
            },
            "Idempotency-Key": {
              "name": "Idempotency-Key", "in": "header",
              "description": "The same request under the same key is done once, and for a day answered alike, with \#
        Idempotent-Replayed: true; another request under it is refused with 422",
              "schema": { "type": "string", "minLength": 1, "maxLength": 255 }
            }
        """#

    static let responses = #"""
            "Problem": {
              "description": "Not done, and why",
              "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } }
            },
            "Unauthorized": {
              "description": "No token, or one that does not hold",
              "headers": { "WWW-Authenticate": { "schema": { "type": "string" } } },
              "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } }
            },
            "Lines": {
              "description": "A line for each that is not blank; good ones are registered, bad ones not",
              "content": { "application/x-ndjson": { "schema": { "$ref": "#/components/schemas/LineAnswer" } } }
            }
        """#

    static let answerSchemas = #"""
            "Id": {
              "type": "string", "maxLength": 64, "pattern": "^(?![0-9]+$)[A-Za-z0-9._-]+$",
              "description": "Letters, digits, dot, dash, underscore; never digits only"
            },
            "Money": {
              "type": "string", "pattern": "^[0-9]+(\\.[0-9]{1,6})?$", "examples": [ "2.50" ],
              "description": "A decimal string; its currency is said beside it"
            },
            "Problem": {
              "type": "object", "description": "RFC 9457",
              "required": [ "type", "title", "status", "detail", "faults" ],
              "properties": {
                "type": { "type": "string" }, "title": { "type": "string" }, "status": { "type": "integer" },
                "detail": { "type": "string" },
                "faults": { "type": "array", "items": { "$ref": "#/components/schemas/Fault" } }
              }
            },
            "Fault": {
              "type": "object", "required": [ "pointer", "message", "hint" ],
              "properties": {
                "pointer": { "type": "string", "description": "JSON pointer (RFC 6901); empty for the whole document" },
                "message": { "type": "string" },
                "hint": { "type": "string", "description": "What to write instead; may be empty" },
                "line": { "type": "integer", "description": "Of the body" }, "column": { "type": "integer" }
              }
            },
            "Explanation": {
              "type": "object", "required": [ "exchange", "revision", "no_bid", "verdicts" ],
              "properties": {
                "exchange": { "type": "string" }, "revision": { "type": "integer" },
                "no_bid": {
                  "type": [ "string", "null" ], "description": "Why the request as a whole gets no bid"
                },
                "currency": { "type": [ "string", "null" ] },
                "consent": {
                  "type": [ "object", "null" ], "required": [ "mode", "because" ],
                  "description": "What the visitor's signals allow, and which of them decided",
                  "properties": {
                    "mode": { "enum": [ "none", "contextual", "limited", "full" ] }, "because": { "type": "string" },
                    "precise_geo": { "type": "boolean" }, "measure": { "type": "boolean" },
                    "ifa": { "type": "boolean", "description": "Whether the device's id may be read" }
                  }
                },
                "omitted": { "type": "integer", "description": "Strategies left out, whose targeting does not match" },
                "verdicts": { "type": "array", "items": {
                  "type": "object", "required": [ "strategy", "impid", "bids", "reason" ],
                  "properties": {
                    "strategy": { "type": "string" }, "impid": { "type": "string" }, "bids": { "type": "boolean" },
                    "reason": { "type": [ "string", "null" ] }, "rule": { "type": "string" },
                    "ours": { "type": "string" }, "theirs": { "type": "string" },
                    "creative": { "type": [ "string", "null" ] }, "deal": { "type": [ "string", "null" ] },
                    "price": { "oneOf": [ { "$ref": "#/components/schemas/Money" }, { "type": "null" } ] }
                  }
                } }
              }
            },
            "Page": {
              "type": "object", "required": [ "items", "next" ],
              "properties": {
                "items": { "type": "array" },
                "next": { "type": [ "string", "null" ], "description": "Cursor of the next page; null on the last" }
              }
            },
            "Lines": { "type": "string", "description": "One document a line; at most 64 MiB and 100,000 lines" },
            "LineAnswer": {
              "type": "object", "required": [ "line", "id", "status", "faults" ],
              "properties": {
                "line": { "type": "integer", "minimum": 1 }, "id": { "type": [ "string", "null" ] },
                "status": { "enum": [ 201, 400, 409, 413, 422 ] },
                "faults": { "type": "array", "items": { "$ref": "#/components/schemas/Fault" } },
                "notes": { "type": "array", "items": { "type": "string" } }
              }
            },
            "Stored": {
              "type": "object", "description": "What the service adds to a document",
              "required": [ "version", "created", "updated" ],
              "properties": {
                "version": { "type": "integer", "minimum": 1, "readOnly": true },
                "created": { "type": "string", "format": "date-time", "readOnly": true },
                "updated": { "type": "string", "format": "date-time", "readOnly": true },
                "notes": {
                  "type": "array", "items": { "type": "string" }, "readOnly": true,
                  "description": "What is kept, but not enforced by this version"
                }
              }
            },
            "TokenRequest": {
              "type": "object", "required": [ "role" ], "additionalProperties": false,
              "properties": {
                "id": { "$ref": "#/components/schemas/Id" },
                "role": { "enum": [ "operator", "advertiser", "analyst" ] },
                "advertiser": {
                  "allOf": [ { "$ref": "#/components/schemas/Id" } ],
                  "description": "Whose: required of the role advertiser, and of no other"
                },
                "name": { "type": "string" }
              }
            },
            "Token": {
              "type": "object", "required": [ "id", "role", "name", "created" ],
              "properties": {
                "id": { "$ref": "#/components/schemas/Id" },
                "role": { "enum": [ "operator", "advertiser", "analyst" ] },
                "advertiser": { "$ref": "#/components/schemas/Id" },
                "name": { "type": "string" }, "created": { "type": "string", "format": "date-time" }
              }
            },
            "NewToken": {
              "allOf": [ { "$ref": "#/components/schemas/Token" } ],
              "properties": { "secret": { "type": "string", "pattern": "^vendue_[A-Za-z0-9_-]{43}$" } }
            }
        """#
}
