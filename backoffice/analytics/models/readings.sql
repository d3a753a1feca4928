-- Each attempt of an extractor at a card: how it went, how long it took, what it cost.
-- extractor: What read the card.
-- model: The model it asked, if any.
-- status: queued, running, succeeded or failed.
-- digest: Under which the answer is in the vault.
-- seconds: Time the answer took; empty when it was in the vault already.
-- cost: US dollars of its calls; empty without a call, or when no price is known.
-- calls: Paid requests made for it.
-- requested_by: User name.
SELECT
    reading.* EXCLUDE (requested_by_id),
    person.username AS requested_by,
    paid.cost,
    coalesce(paid.calls, 0) AS calls
FROM source.readings AS reading
LEFT JOIN source.people AS person ON person.id = reading.requested_by_id
LEFT JOIN (
    SELECT extraction_id, sum(cost) AS cost, count(*) AS calls
    FROM source.calls GROUP BY extraction_id
) AS paid ON paid.extraction_id = reading.id
ORDER BY reading.id
