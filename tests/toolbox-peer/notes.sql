CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL, done BOOLEAN);
INSERT INTO notes (text, done) VALUES ('buy milk', 0), ('read a book', 1), ('write', NULL);
