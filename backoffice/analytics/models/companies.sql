-- Companies among the approved contacts; names that differ in capitals or spaces are one.
-- name: As it is written most often.
-- contacts: Approved contacts that have it.
-- email_domain: The one that most of its contacts have.
-- first_approved_at: When its first contact was approved.
SELECT
    mode(trim(company)) AS name,
    count(*) AS contacts,
    mode(nullif(website, '')) AS website,
    mode(nullif(lower(split_part(email, '@', 2)), '')) AS email_domain,
    coalesce(list_sort(list_distinct(list(city) FILTER (city <> ''))), []) AS cities,
    coalesce(list_sort(list_distinct(list(country) FILTER (country <> ''))), []) AS countries,
    min(approved_at) AS first_approved_at,
    max(approved_at) AS last_approved_at
FROM contacts
WHERE trim(company) <> ''
GROUP BY lower(regexp_replace(trim(company), '\s+', ' ', 'g'))
ORDER BY contacts DESC, name
