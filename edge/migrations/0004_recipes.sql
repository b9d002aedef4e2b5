-- What each picture was made from, so that one whose object is gone can be made again under the same URL.
CREATE TABLE recipes (
  fingerprint TEXT PRIMARY KEY, -- 64 hex digits
  recipe TEXT NOT NULL -- JSON: [model, prompt, seed, size, format, quality], the owner's id at the end if private
) STRICT, WITHOUT ROWID;
