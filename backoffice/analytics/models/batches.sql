-- What was uploaded together.
-- source: The event or source that the uploader named.
-- extractor: What reads its cards; empty for the one of the settings.
-- priority: -1 when there is time, 0 normal, 1 urgent.
-- can_wait: Whether it is read at half the price, within a day.
-- uploaded_by: User name.
-- cards: Cards that it brought.
-- refused_files: Files that were not taken in.
SELECT
    batch.* EXCLUDE (created_by_id),
    person.username AS uploaded_by,
    (SELECT count(*) FROM source.cards AS card WHERE card.batch_id = batch.id) AS cards,
    (
        SELECT count(*) FROM source.arrivals AS arrival
        WHERE arrival.batch_id = batch.id AND arrival.outcome = 'refused'
    ) AS refused_files
FROM source.batches AS batch
LEFT JOIN source.people AS person ON person.id = batch.created_by_id
ORDER BY batch.id
