-- How right the machine was, by field and extractor: each card's first approval is held against the
-- reading before it.
-- filled: Approved cards on which the field is not empty.
-- as_read: Of these, as the machine had read it.
-- wrong: The machine had read something else.
-- missed: The machine had read nothing.
-- invented: The machine had read something, and the person left the field empty.
-- accuracy: as_read by all in which machine or person had something, 0 to 1.
WITH approvals AS (
    SELECT id, card_id, decided_at, contact FROM reviews
    WHERE decision = 'approved'
    QUALIFY row_number() OVER (PARTITION BY card_id ORDER BY number) = 1
),
read AS (
    SELECT approvals.id, approvals.contact, readings.extractor, readings.model
    FROM approvals
    JOIN readings
        ON readings.card_id = approvals.card_id
        AND readings.status = 'succeeded'
        AND readings.finished_at <= approvals.decided_at
    QUALIFY row_number() OVER (PARTITION BY approvals.id ORDER BY readings.id DESC) = 1
),
approved AS (
    SELECT read.id, read.extractor, read.model, item.key AS field, item.value ->> '$' AS human
    FROM read, json_each(read.contact) AS item
    WHERE item.key <> 'extra'
),
compared AS (
    SELECT
        approved.*,
        correction.id IS NOT NULL AS is_corrected,
        coalesce(correction.machine_value, '') AS machine
    FROM approved
    LEFT JOIN corrections AS correction
        ON correction.review_id = approved.id AND correction.field = approved.field
)
SELECT
    field,
    extractor,
    model,
    count(*) FILTER (human <> '') AS filled,
    count(*) FILTER (human <> '' AND NOT is_corrected) AS as_read,
    count(*) FILTER (human <> '' AND is_corrected AND machine <> '') AS wrong,
    count(*) FILTER (human <> '' AND is_corrected AND machine = '') AS missed,
    count(*) FILTER (human = '' AND is_corrected) AS invented,
    round(as_read / nullif(filled + invented, 0), 4) AS accuracy
FROM compared
GROUP BY field, extractor, model
HAVING filled + invented > 0
ORDER BY field, extractor, model
