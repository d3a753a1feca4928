-- The ledger: one row for each request to a model that costs money.
-- outcome: answered, or what went wrong.
-- cached_input_tokens: Of the input tokens, those billed at the lower price.
-- cost: US dollars; empty when nothing is known of the model's price.
-- seconds: Time the answer took.
SELECT * RENAME (extraction_id AS reading_id) FROM source.calls ORDER BY id
