"""The bundled reader: from a picture to the fields of a card. Pure: no database, no settings."""
