-- What was done on each day (UTC), by all people in sum.
-- taken_in: Cards that came.
-- read: Readings that succeeded.
-- failed: Readings that failed.
-- decided: Cards approved, rejected or sent back to be photographed again.
-- corrected_fields: Fields that people set otherwise than they stood.
-- median_seconds: Half of the decisions took less; pauses are left out.
WITH done AS (
    SELECT created_at::DATE AS day, 'taken in' AS what, NULL::BIGINT AS seconds FROM cards
    UNION ALL
    SELECT finished_at::DATE, status, NULL FROM readings WHERE finished_at IS NOT NULL
    UNION ALL
    SELECT decided_at::DATE, decision, seconds FROM reviews
    WHERE decision IN ('approved', 'rejected', 'retake')
    UNION ALL
    SELECT decided_at::DATE, 'correction', NULL FROM corrections
)
SELECT
    day,
    count(*) FILTER (what = 'taken in') AS taken_in,
    count(*) FILTER (what = 'succeeded') AS read,
    count(*) FILTER (what = 'failed') AS failed,
    count(*) FILTER (what IN ('approved', 'rejected', 'retake')) AS decided,
    count(*) FILTER (what = 'approved') AS approved,
    count(*) FILTER (what = 'correction') AS corrected_fields,
    median(seconds) AS median_seconds
FROM done
GROUP BY day
ORDER BY day
