-- What a fleet is asked, by DuckDB: `ask.py OUT` runs it. Each question is a comment; its answer is a table.

-- Which wheels carry or need OpenSSL 1.1, which gets no fixes any more?
SELECT DISTINCT wheel, need, coalesce(path, 'not found') AS found
FROM 'needs.parquet' WHERE regexp_matches(need, '^lib(ssl|crypto)(-[0-9a-f]+)?\.so\.1\.1') ORDER BY ALL;

-- Which wheels do not import on glibc 2.28?
SELECT wheel, subject AS tag
FROM 'findings.parquet' WHERE rule = 'wheel-policy' AND TRY_CAST(regexp_extract(subject, 'manylinux_2_(\d+)_', 1) AS INTEGER) > 28
ORDER BY ALL;

-- Which wheels break beside NumPy 2?
SELECT wheel, rule, sum(breaks) AS imports
FROM 'findings.parquet' WHERE question = 'with' AND severity = 'error' AND rule LIKE 'numpy-%' GROUP BY ALL ORDER BY ALL;

-- Which of the system's libraries does the fleet need most?
SELECT need, count(DISTINCT wheel) AS wheels
FROM 'needs.parquet' WHERE path LIKE '/%' OR status = 'builtin' GROUP BY ALL ORDER BY wheels DESC, need LIMIT 5;
