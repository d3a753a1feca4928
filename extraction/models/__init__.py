"""What machines do with cards, as rows: readings, paid calls, and the readers fitted here."""

from extraction.models.paid import Backlog, Call, Gate
from extraction.models.readers import FittedReader
from extraction.models.readings import Extraction

__all__ = ["Backlog", "Call", "Extraction", "FittedReader", "Gate"]
