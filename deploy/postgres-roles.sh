#!/bin/sh
# Run once by the postgres image, when the data folder is new: two roles, and a database that the owner owns.
# What the app role may do with tables is set by `manage.py migrate`, as the owner, before it makes the first one.
set -eu
psql --username "$POSTGRES_USER" --dbname postgres --set ON_ERROR_STOP=1 \
    --set owner_password="$(cat /run/secrets/owner_password)" \
    --set app_password="$(cat /run/secrets/app_password)" <<'SQL'
CREATE ROLE casebook_owner LOGIN NOSUPERUSER NOCREATEROLE PASSWORD :'owner_password';
CREATE ROLE casebook_app LOGIN NOSUPERUSER NOCREATEROLE PASSWORD :'app_password';
GRANT casebook_app TO casebook_owner;
CREATE DATABASE casebook OWNER casebook_owner;
REVOKE ALL ON DATABASE casebook FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE casebook TO casebook_app;
SQL
