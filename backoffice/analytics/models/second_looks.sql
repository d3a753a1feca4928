-- Approved cards that another reviewer decided again, blind.
-- first_review_id: The approval that was looked at again.
-- status: waiting, agreed, differs, settled or dropped.
-- contact: As the second reviewer has it.
-- differences: Fields not agreed upon.
-- settled_review_id: The third reviewer's decision.
-- looked_by: The second reviewer's user name.
SELECT
    look.* EXCLUDE (by_id, first_id, settled_id) RENAME ("at" AS looked_at, "values" AS contact),
    look.first_id AS first_review_id,
    look.settled_id AS settled_review_id,
    person.username AS looked_by
FROM source.second_looks AS look
LEFT JOIN source.people AS person ON person.id = look.by_id
ORDER BY look.id
