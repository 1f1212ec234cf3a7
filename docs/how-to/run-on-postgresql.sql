-- What an administrator does once for an application on PostgreSQL: its user and its database.
--
--   psql -v application=recordshop -f run-on-postgresql.sql "postgresql://postgres@…"
--
-- gives the user CREATEROLE, with which it makes its modules' roles itself. With
--
--   psql -v application=recordshop -v modules='catalog customers orders warehouse' -f …
--
-- the roles are made here, and the user may make none. Run it again as often as you like; nothing
-- that is there is changed. The user has no password yet: `\password recordshop` in psql sets one
-- without showing it to anybody.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
\if :{?application}
\else
  DO $$ BEGIN
    RAISE 'Say which application: psql -v application=recordshop -f run-on-postgresql.sql';
  END $$;
\endif
\if :{?modules}
\else
  \set modules ''
\endif

SELECT format('CREATE ROLE %I LOGIN %s', :'application',
              CASE WHEN trim(:'modules') = '' THEN 'CREATEROLE' END)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'application')
\gexec

-- Text is compared by its bytes, as on SQLite and in the program; cursors of pages rely on it.
SELECT format('CREATE DATABASE %I OWNER %I TEMPLATE template0 ENCODING ''UTF8'' LOCALE ''C''',
              :'application', :'application')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'application')
\gexec

SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', :'application')
\gexec

-- One role for each module, which nobody can log in as; the application may take them.
SELECT format('CREATE ROLE %I NOLOGIN', role)
FROM regexp_split_to_table(trim(:'modules'), '\s+') AS module,
     concat(:'application', '_', module) AS role
WHERE module <> '' AND NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role)
\gexec
SELECT format('GRANT %I TO %I', concat(:'application', '_', module), :'application')
FROM regexp_split_to_table(trim(:'modules'), '\s+') AS module
WHERE module <> ''
\gexec
