-- Committed decisions of people about cards.
-- number: 1 for the card's first decision.
-- decision: approved, rejected, retake, corrected, confirmed, reopened, undone and the like.
-- contact: Every contact field after the decision.
-- seconds: Time the person worked on the card, pauses left out.
-- decided_by: User name; empty when the account is gone.
SELECT
    review.* EXCLUDE (by_id) RENAME ("at" AS decided_at, "values" AS contact),
    person.username AS decided_by
FROM source.reviews AS review
LEFT JOIN source.people AS person ON person.id = review.by_id
ORDER BY review.id
