/// Audiences: their documents.
extension OpenAPI {
    static let audienceSchemas = #"""
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
