"""Reports in bulk: files of other record keepers, taken in row by row under the rules of intake.

Decided here: how a row of a file is read as a report, which rows were taken in before, what is
said of a row that is refused. Hears: nothing. Leaves: mapping.saved, import.requested,
import.cancelled, import.ended, report.imported.
"""
