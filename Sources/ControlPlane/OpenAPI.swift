/// The description of the control side that it serves itself: what is here is served, and what is served is here
/// (a test compares the two).
enum OpenAPI {
    /// One JSON document.
    ///
    /// - Source: OpenAPI 3.1.0.
    static let document = #"""
        {
        "openapi": "3.1.0",
        "info": {
          "title": "Vendue, control side",
          "version": "1",
          "description": "Advertisers, strategies, exchanges and audiences are JSON documents. A change is answered \#
        once it is durable and on every event loop. Every fault of a document is named at once, with a JSON pointer \#
        and a hint. Members that the service adds (version, created, updated, notes, size) may come back in a PUT; \#
        they are left out of what is stored."
        },
        "servers": [ { "url": "/" } ],
        "security": [ { "token": [] } ],
        "tags": [
          { "name": "documents", "description": "What bidding works with" },
          {
            "name": "tokens",
            "description": "Who may call: operators do everything, analysts read everything but credentials and \#
        single visitors, advertisers reach their audiences and visitors; operators and advertisers send events to the \#
        bid side"
          },
          { "name": "visitors", "description": "The rights of one person" },
          { "name": "service", "description": "What the service says of itself" }
        ],
        "paths": {
        \#(documentPaths),
        \#(memberPaths),
        \#(visitorPaths),
        \#(statePaths),
        \#(tokenPaths),
        \#(servicePaths)
        },
        "components": {
          "securitySchemes": {
            "token": { "type": "http", "scheme": "bearer", "description": "vendue_ and 43 characters" }
          },
          "parameters": {
        \#(parameters)
          },
          "headers": {
            "ETag": { "description": "The version in quotes", "schema": { "type": "string" } },
            "Location": { "description": "Path of what was made", "schema": { "type": "string" } }
          },
          "responses": {
        \#(responses)
          },
          "schemas": {
        \#(answerSchemas),
        \#(documentSchemas),
        \#(audienceSchemas),
        \#(creativeSchemas)
          }
        }
        }

        """#

    // MARK: Paths

    private static let documentPaths = [
        paths(of: .advertisers, schema: "Advertiser"), paths(of: .strategies, schema: "Strategy"),
        paths(of: .exchanges, schema: "Exchange"), paths(of: .audiences, schema: "Audience"),
    ].joined(separator: ",\n")

    private static func paths(of kind: DocumentKind, schema: String) -> String {
        (collection + ",\n" + member).replacing("FILTER", with: kind.isOwned ? filter : "")
            .replacing("SCHEMA", with: schema).replacing("KIND", with: kind.rawValue)
            .replacing("SINGULAR", with: kind.singular)
    }

    private static let collection =
        #"""
          "/v1/KIND": {
            "get": {
              "tags": [ "documents" ], "operationId": "list-KIND", "summary": "The KIND, by id",
              "parameters": [
                { "$ref": "#/components/parameters/limit" },FILTER
                { "$ref": "#/components/parameters/cursor" }
              ],
              "responses": {
                "200": {
                  "description": "A page",
                  "content": { "application/json": { "schema": {
                    "allOf": [ { "$ref": "#/components/schemas/Page" } ],
                    "properties": { "items": { "items": { "$ref": "#/components/schemas/StoredSCHEMA" } } }
                  } } }
                },
                "400": { "$ref": "#/components/responses/Problem" },
                "401": { "$ref": "#/components/responses/Unauthorized" }
              }
            },
            "post": {
              "tags": [ "documents" ], "operationId": "create-KIND",
              "summary": "Registers one SINGULAR, or many as lines; a bad line does not hinder the others",
              "parameters": [ { "$ref": "#/components/parameters/Idempotency-Key" } ],
              "requestBody": { "required": true, "content": {
                "application/json": { "schema": { "$ref": "#/components/schemas/SCHEMA" } },
                "application/x-ndjson": { "schema": { "$ref": "#/components/schemas/Lines" } }
              } },
              "responses": {
                "200": { "$ref": "#/components/responses/Lines" },
                "201": {
                  "description": "Registered",
                  "headers": {
                    "ETag": { "$ref": "#/components/headers/ETag" },
                    "Location": { "$ref": "#/components/headers/Location" }
                  },
                  "content": { "application/json": { "schema": { "$ref": "#/components/schemas/StoredSCHEMA" } } }
                },
        \#(refusals(["400", "403", "409", "413", "415", "422"]))
              }
            }
          }
        """#

    private static let member =
        #"""
          "/v1/KIND/{id}": {
            "parameters": [ { "$ref": "#/components/parameters/id" } ],
            "get": {
              "tags": [ "documents" ], "operationId": "get-KIND", "summary": "One SINGULAR",
              "parameters": [ { "$ref": "#/components/parameters/If-None-Match" } ],
              "responses": {
                "200": \#(stored),
                "304": { "description": "As named in If-None-Match" },
        \#(refusals(["404"]))
              }
            },
            "put": {
              "tags": [ "documents" ], "operationId": "put-KIND", "summary": "Makes or replaces the SINGULAR",
              "parameters": [
                { "$ref": "#/components/parameters/If-Match" }, { "$ref": "#/components/parameters/If-None-Match" }
              ],
              "requestBody": { "required": true, "content": {
                "application/json": { "schema": { "$ref": "#/components/schemas/SCHEMA" } }
              } },
              "responses": {
                "200": \#(stored),
                "201": \#(stored),
        \#(refusals(["400", "403", "412", "413", "415", "422"]))
              }
            },
            "patch": {
              "tags": [ "documents" ], "operationId": "patch-KIND",
              "summary": "Merges into the SINGULAR (RFC 7396): null removes, objects merge, all else replaces",
              "parameters": [ { "$ref": "#/components/parameters/If-Match" } ],
              "requestBody": { "required": true, "content": {
                "application/merge-patch+json": { "schema": { "type": "object" } },
                "application/json": { "schema": { "type": "object" } }
              } },
              "responses": {
                "200": \#(stored),
        \#(refusals(["400", "403", "404", "412", "413", "415", "422"]))
              }
            },
            "delete": {
              "tags": [ "documents" ], "operationId": "delete-KIND", "summary": "Removes the SINGULAR",
              "parameters": [ { "$ref": "#/components/parameters/If-Match" } ],
              "responses": {
                "204": { "description": "Removed" },
        \#(refusals(["403", "404", "409", "412"]))
              }
            }
          }
        """#

    private static let filter = #"""

                {
                  "name": "advertiser", "in": "query", "description": "Only this advertiser's",
                  "schema": { "$ref": "#/components/schemas/Id" }
                },
        """#

    /// The answer with a document in it.
    private static let stored = #"""
        {
                  "description": "The document as it is now",
                  "headers": { "ETag": { "$ref": "#/components/headers/ETag" } },
                  "content": { "application/json": { "schema": { "$ref": "#/components/schemas/StoredSCHEMA" } } }
                }
        """#

    /// The members of `responses` for errors; 401 is always among them.
    static func refusals(_ codes: [String]) -> String {
        (["401"] + codes).map { code in
            let name = code == "401" ? "Unauthorized" : "Problem"
            return ##"        "\##(code)": { "$ref": "#/components/responses/\##(name)" }"##
        }.joined(separator: ",\n")
    }
}
