-- The sides of the cards. The pictures themselves are in the vault, under their SHA-256.
-- position: 0 is the front.
-- picture: SHA-256 of the original file.
-- page: Page within the original file, counted from 0.
-- quad: Corners of the card within the page; empty when the page is the card.
-- width_px: Of the upright page.
-- height_px: Of the upright page.
SELECT * FROM source.sides ORDER BY card_id, position
