-- The portal's three roles and its database, for PostgreSQL 15 to 18. Run by psql as a superuser, with the passwords in the environment:
--   DB_OWNER_PASSWORD=... DB_APP_PASSWORD=... DB_RETENTION_PASSWORD=... psql -v ON_ERROR_STOP=1 -d postgres -f deploy/roles.sql
-- Run it again to set new passwords. The owner migrates and nothing else; the application has no DDL and cannot change the logs;
-- retention removes log rows whose time has passed. Which table each may touch is set by `manage.py migrate` (docs/adr/0003).
\set ON_ERROR_STOP on
\getenv owner_password DB_OWNER_PASSWORD
\getenv app_password DB_APP_PASSWORD
\getenv retention_password DB_RETENTION_PASSWORD
\if :{?owner_password}
\else
  DO $$ BEGIN RAISE EXCEPTION 'DB_OWNER_PASSWORD is not set'; END $$;
\endif
\if :{?app_password}
\else
  DO $$ BEGIN RAISE EXCEPTION 'DB_APP_PASSWORD is not set'; END $$;
\endif
\if :{?retention_password}
\else
  DO $$ BEGIN RAISE EXCEPTION 'DB_RETENTION_PASSWORD is not set'; END $$;
\endif

-- the statements below hold passwords
SET log_statement = 'none';
SET log_min_duration_statement = -1;
SET log_min_error_statement = 'panic';
SET password_encryption = 'scram-sha-256';

SELECT format('CREATE ROLE %I', name)
  FROM unnest(ARRAY['portal_owner', 'portal_app', 'portal_retention']) AS wanted (name)
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec
ALTER ROLE portal_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'owner_password';
ALTER ROLE portal_app LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'app_password';
ALTER ROLE portal_retention LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'retention_password';

SELECT 'CREATE DATABASE portal OWNER portal_owner TEMPLATE template0 ENCODING ''UTF8'''
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'portal')
\gexec
REVOKE ALL ON DATABASE portal FROM PUBLIC;
GRANT CONNECT ON DATABASE portal TO portal_app, portal_retention;

\connect portal
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO portal_app, portal_retention;
