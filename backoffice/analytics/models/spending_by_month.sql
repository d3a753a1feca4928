-- What models cost, by month (UTC), extractor and model.
-- month: Its first day.
-- calls: Requests that went out.
-- answered: Of these, those that were answered.
-- unpriced: Of the answered ones, those whose price is not known; they are not in cost.
-- cards: Cards that something was paid for.
-- cost: US dollars.
SELECT
    date_trunc('month', started_at)::DATE AS month,
    extractor,
    model,
    count(*) AS calls,
    count(*) FILTER (outcome = 'answered') AS answered,
    count(*) FILTER (outcome = 'answered' AND cost IS NULL) AS unpriced,
    count(DISTINCT card_id) FILTER (cost > 0) AS cards,
    sum(input_tokens) AS input_tokens,
    sum(output_tokens) AS output_tokens,
    coalesce(sum(cost), 0) AS cost
FROM calls
GROUP BY ALL
ORDER BY month, extractor, model
