-- What a person writes is a document; each change adds a version and leaves the earlier ones alone.
-- Only what SQLite and PostgreSQL have in common: TEXT, BIGINT, composite keys.

CREATE TABLE documents (
    kind TEXT NOT NULL,
    number BIGINT NOT NULL,
    -- What it is about where there may be only one such document: the question of an answer.
    subject TEXT,
    PRIMARY KEY (kind, number),
    UNIQUE (kind, subject)
);

CREATE TABLE versions (
    kind TEXT NOT NULL,
    number BIGINT NOT NULL,
    version BIGINT NOT NULL,
    body TEXT NOT NULL,
    written_ms BIGINT NOT NULL,
    PRIMARY KEY (kind, number, version),
    FOREIGN KEY (kind, number) REFERENCES documents (kind, number)
);

-- What a reader found in one version of a document.
CREATE TABLE readings (
    kind TEXT NOT NULL,
    number BIGINT NOT NULL,
    version BIGINT NOT NULL,
    -- Who read it: a name with a version, so that a better reader reads again.
    reader TEXT NOT NULL,
    body TEXT NOT NULL,
    read_ms BIGINT NOT NULL,
    PRIMARY KEY (kind, number, version, reader),
    FOREIGN KEY (kind, number, version) REFERENCES versions (kind, number, version)
);
