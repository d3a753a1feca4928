-- Contacts that a person has approved: the rows of contacts.csv.
SELECT * FROM source.contacts
