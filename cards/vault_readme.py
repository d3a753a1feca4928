"""What is written beside the vault, for whoever opens it without this program."""

README = """\
What Card Desk must never lose. Nothing here is ever changed.

images/ab/<sha256>/original.*             a picture as it came; its SHA-256 is the folder's name
images/ab/<sha256>/readings/<digest>.json a machine's raw answer about that picture; <digest>-2.json
                                          is its second one when the first could not be used
cards/ab/<card-id>/card.json              a card: which pictures are its sides, their origin
cards/ab/<card-id>/extractions/<id>.json  a reading that has ended, and how the card stood then
cards/ab/<card-id>/reviews/000001.json    what a person decided, in order, and how it stood then
cards/ab/<card-id>/looks/000001-….json    what a second reviewer made of a decision
batches/000001/000001.json                what was uploaded together; a later version when changed
calls/2026-11/<id>-1.json                 a paid request to a model, and its cost
waiting/<time>-<random>.json              what was uploaded while the database was down
backlogs/<key>.json                       requests that were sent together, to be answered later
erased/<card-id>.json                     a card that was erased and must never come back

damaged/<name>.<digits>                   what had changed by itself, when a repair replaced it
doctor/probe.txt                          left by `doctor`, which checks that this can be written

A document says in `kept_as` where it belongs, and in `sha256` what its lines before that hash to.

Check a picture:   sha256sum images/ab/<sha256>/original.jpg
Check a document:  head -n -2 card.json | sha256sum; jq -r .sha256 card.json
Read an answer:    jq . images/ab/<sha256>/readings/<digest>.json
Last decision:     ls cards/ab/<card-id>/reviews | tail -1
"""
