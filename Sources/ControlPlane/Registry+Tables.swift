internal import GRDB

extension Registry {
    /// The file's tables, version by version. A migration that was released is never edited.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1: documents, tokens, answers, audit") { db in
            try db.execute(sql: documents)
            try db.execute(sql: access)
            try db.execute(sql: audit)
        }
        return migrator
    }

    /// A deleted document leaves its row behind, so that its version goes on, and that the deletion has a revision.
    private static let documents = """
        CREATE TABLE documents (
            kind TEXT NOT NULL,
            id TEXT NOT NULL,
            advertiser TEXT,
            json TEXT NOT NULL,
            version INTEGER NOT NULL,
            revision INTEGER NOT NULL,
            created INTEGER NOT NULL,
            updated INTEGER NOT NULL,
            deleted INTEGER NOT NULL,
            PRIMARY KEY (kind, id)
        ) STRICT;
        CREATE INDEX documents_by_revision ON documents (revision);
        CREATE INDEX documents_by_advertiser ON documents (kind, advertiser, id) WHERE deleted = 0;
        CREATE TABLE meta (
            key TEXT NOT NULL PRIMARY KEY,
            value INTEGER NOT NULL
        ) STRICT;
        INSERT INTO meta (key, value) VALUES ('revision', 0);
        """

    /// Of a token only the SHA-256 of its secret is kept. An answer under an `Idempotency-Key` is kept a day.
    private static let access = """
        CREATE TABLE tokens (
            id TEXT NOT NULL PRIMARY KEY,
            role TEXT NOT NULL,
            name TEXT NOT NULL,
            hash BLOB NOT NULL UNIQUE,
            advertiser TEXT,
            created INTEGER NOT NULL,
            revoked INTEGER
        ) STRICT;
        CREATE TABLE idempotency (
            key TEXT NOT NULL,
            token TEXT NOT NULL,
            digest BLOB NOT NULL,
            status INTEGER NOT NULL,
            headers TEXT NOT NULL,
            body TEXT NOT NULL,
            created INTEGER NOT NULL,
            PRIMARY KEY (key, token)
        ) STRICT;
        CREATE INDEX idempotency_by_age ON idempotency (created);
        """

    private static let audit = """
        CREATE TABLE audit (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            token TEXT NOT NULL,
            action TEXT NOT NULL,
            kind TEXT NOT NULL,
            id TEXT NOT NULL,
            version INTEGER NOT NULL,
            json TEXT
        ) STRICT;
        CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
            BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
        CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
            BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
        """
}
