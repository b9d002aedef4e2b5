-- Recipes, as few bytes as they go into: those of before stay in `recipes` as they are.
CREATE TABLE packed_recipes (
  fingerprint TEXT PRIMARY KEY, -- 64 hex digits
  recipe BLOB NOT NULL -- edge/recipes/packed-row.ts
) STRICT, WITHOUT ROWID;
