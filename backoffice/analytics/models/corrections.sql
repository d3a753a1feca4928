-- Fields that a person set otherwise than they stood.
-- machine_value: As the machine read it, or as it stood before a decision about a single field.
SELECT correction.*, review.card_id, review.decision, review."at" AS decided_at
FROM source.corrections AS correction
JOIN source.reviews AS review ON review.id = correction.review_id
ORDER BY correction.id
