"""How much of a file the reader is willing to look at, and why.

A review form has some 60 rows, 20 columns and 100 kB of XML. These limits are far above anything a
person makes by hand, and low enough that no file can hold up or exhaust a run over many files.
"""

from __future__ import annotations

# Pictures make real workbooks big; a file is held in memory while it is read.
MAX_FILE_BYTES = 100_000_000

# A workbook of 200 tabs with drawings and notes has some 1,200 parts; listing them takes time.
MAX_PARTS = 5_000

# Sizes that the file's directory declares, pictures included.
MAX_DECLARED_BYTES = 500_000_000

# One part, inflated: some 400,000 cells. Reading it takes about a second.
MAX_PART_BYTES = 40_000_000

# Patterns instead of a parser's callbacks are used for parts up to this size; a parser that only
# checks cannot count how deep the elements nest, and at this size that takes at most 30 MB.
PLAIN_BYTES = 1_000_000

# All parts that are really inflated for one workbook.
MAX_READ_BYTES = 120_000_000

# Deflate cannot pack more than 1032:1; sheets of empty styled rows reach some 150:1. It is judged
# only for parts above 1 MB, since a small part is harmless however well it packs.
MAX_RATIO = 400
RATIO_FROM_BYTES = 1_000_000

# Cells beyond are passed over: a stray cell far away, or a long list on another tab, is no form.
MAX_ROWS = 5_000
MAX_COLUMNS = 256

# All rows that a tab can have, for a workbook of gatebook's own: every line of it counts.
ALL_ROWS = 1_048_576

# Filled cells kept for one workbook; each takes some 150 bytes of memory.
MAX_CELLS = 1_000_000

# A portfolio is gatebook's own, and as large as there are systems: for 10,000 some 1,100,000 cells and
# 90 MB of XML. Of bytes and cells so many times more are read of one.
OWN_TIMES = 10

# What a cell can hold in every spreadsheet program (Excel's own limit); the rest is cut off.
MAX_TEXT = 32_767

# SpreadsheetML nests some 12 deep; each open element costs memory in the XML parser.
MAX_DEPTH = 100

# Merged ranges and linked cells kept for one tab.
MAX_MERGES = 10_000
MAX_LINKS = 20_000

# Cells that one link on a range is spread over.
MAX_CELLS_OF_A_LINK = 1_000

# Excel itself allows as many tabs as memory; people use some 50.
MAX_TABS = 1_000

# Files and folders looked at below one location; a share of 200,000 files takes seconds to list.
MAX_ENTRIES = 200_000

# Folders within folders; Windows allows some 120 in a path.
MAX_FOLDERS_DEEP = 60
