"""What is known to go wrong when a program reads back sheets that people edited, and the classes
under which the suite counts its cases."""

from __future__ import annotations

# Gathered from the issue trackers of projects that do similar work. A case carries the numbers of
# the pains that it is about.
PAINS = {
    1: "Pasting over a cell takes its dropdown and its colours away, so every value is checked again.",
    2: "Tabs are renamed, moved, hidden or deleted, and no system may leave the list silently.",
    3: "Columns move; a program that counts columns reads the wrong ones.",
    4: "A dropdown ends before the last row, or goes on below it.",
    5: "Rows are sorted, moved, inserted, copied and deleted; the place of a row says nothing.",
    6: "Cells are merged, and a stray text stands thousands of rows or columns away.",
    7: "Defined names break or vanish, and those of other programs appear.",
    8: "A form of another template, or of an older or newer version, is filled in.",
    9: "Every template has its own words for one status.",
    10: "A list spelled out in more than 255 characters makes Excel repair the file.",
    11: "The attribute that shows the arrow of a dropdown means the opposite of its name.",
    12: "A file that no program has calculated yet holds no results of its formulas.",
    13: "A formula is typed where an answer belongs, and reads back empty or as its text.",
    14: "Any text is typed as a status, and rows stay empty.",
    15: "A date is typed in the order of another country, or turns up as a plain number.",
    16: "Read as it is shown, a Google date loses its year or becomes a number.",
    17: "Several values stand in one cell, and a comma may be a part of one of them.",
    18: "A text that begins like a formula becomes one, in the sheet or where it is copied to.",
    19: "A program that has a file open leaves a lock file beside it.",
    20: "Cloud drives and people leave copies of a file under other names.",
    21: "The file that is to be written is open or locked.",
    22: "An encrypted or labelled file looks like a damaged one.",
    23: "Loading and saving with a library loses charts, pictures and newer rules.",
    24: "Other programs save a wrong size of the used area, or none.",
    25: "Files with macros are held back, or not trusted.",
    26: "LibreOffice refuses a sheet in which thousands of columns are hidden.",
    27: "Google refuses more than so many reads a minute.",
    28: "Spreadsheets and tabs of Google get other names and other folders.",
    29: "Who may edit a protected area is easily set wrong.",
    30: "Messages say that something is wrong, and not what, where and what to do.",
    31: "What is written and read again is not what was there before.",
    32: "The labels of a chart are written in by hand and soon untrue.",
    33: "The reader's own columns, widths and notes are gone after the next export.",
    34: "A span of time is read in the wrong unit, and tests depend on the clock.",
}

# Class → what its line in docs/reliability.md says.
TROUBLES = {
    "typed": "Typed or pasted over: words, numbers, dates, formulas",
    "moved": "Sorted, moved, inserted, deleted rows and columns",
    "merged": "Merged, hidden, and written far away",
    "tabs": "Tabs renamed, copied, hidden, deleted",
    "marks": "Hidden marks, headers and names spoilt; other templates",
    "programs": "Opened and saved by other programs",
    "files": "Copies, locks, and files that are no workbooks",
    "portfolio": "The portfolio edited, locked, written again",
    "google": "Only in Google Sheets: chips, locales, sharing, quotas",
    "made": "What gatebook itself writes, where others stumble over it",
    "sequences": "Random sequences of edits, in any order",
    "hostile": "Files made to harm",
    "faults": "Networks and disks that fail halfway",
}
