CREATE TABLE orders (
    id integer PRIMARY KEY,
    customer text NOT NULL,
    total numeric(10, 2) NOT NULL,
    placed date NOT NULL,
    paid boolean
);
INSERT INTO orders VALUES
    (1, 'Ada', 10.50, '2024-01-15', true),
    (2, 'Grace', 20.00, '2024-02-29', false),
    (3, 'Edsger', 0.99, '2024-12-31', NULL);
CREATE TABLE "Odd ""name" (id integer, "a b" text);
INSERT INTO "Odd ""name" VALUES (1, 'found');
CREATE TYPE mood AS ENUM ('sad', 'happy');
