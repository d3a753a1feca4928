-- Every card, wherever it stands, with the best values known of its fields.
-- id: The card's own number; `card_id` in other tables.
-- status: uploaded (being read), needs_review, approved or rejected.
-- version: How often the card was changed.
-- is_edited: Whether a person has touched it.
-- doubt: 1 minus the confidence of the least sure field, 0 to 1.
-- doubtful_fields: The fields that a person should look at.
-- notice: Why it could not be read, or has to be photographed again.
-- batch: The name of the batch that it was uploaded with.
-- source: The event or source of its batch.
-- file_name: The file it came in.
-- created_at: When it was taken in.
-- updated_at: When it last changed.
-- approved_at: When a person approved it; empty while nobody has.
SELECT card.*, batch.name AS batch, batch.source
FROM source.cards AS card
JOIN source.batches AS batch ON batch.id = card.batch_id
ORDER BY card.id
