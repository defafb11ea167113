"""Text and formulas as a workbook's XML can hold them. Pure; knows nothing of XlsxWriter."""

from __future__ import annotations

import re
from functools import lru_cache

from gatebook.backends import cell_contents
from gatebook.backends.cell_contents import utf16_length

# Excel's limits, in UTF-16 units: text of a cell, length of a formula, of a text inside a formula.
MAX_TEXT = 32_767
MAX_FORMULA = 8_192
MAX_FORMULA_TEXT = 255

_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")

# Functions that came after Excel 2007 and are stored with a prefix; without it Excel shows #NAME?.
# The list is XlsxWriter's ("Formulas added in Excel 2010 and later"), without those that spill.
_NEWER_NAMES = """
    ACOT ACOTH AGGREGATE ARABIC ARRAYTOTEXT BASE BETA.DIST BETA.INV BINOM.DIST BINOM.DIST.RANGE
    BINOM.INV BITAND BITLSHIFT BITOR BITRSHIFT BITXOR CEILING.MATH CEILING.PRECISE CHISQ.DIST
    CHISQ.DIST.RT CHISQ.INV CHISQ.INV.RT CHISQ.TEST COMBINA CONCAT CONFIDENCE.NORM CONFIDENCE.T COT
    COTH COVARIANCE.P COVARIANCE.S CSC CSCH DAYS DECIMAL ERF.PRECISE ERFC.PRECISE EXPON.DIST F.DIST
    F.DIST.RT F.INV F.INV.RT F.TEST FILTERXML FLOOR.MATH FLOOR.PRECISE FORECAST.ETS
    FORECAST.ETS.CONFINT FORECAST.ETS.SEASONALITY FORECAST.ETS.STAT FORECAST.LINEAR FORMULATEXT
    GAMMA GAMMA.DIST GAMMA.INV GAMMALN.PRECISE GAUSS HYPGEOM.DIST IFNA IFS IMAGE IMCOSH IMCOT IMCSC
    IMCSCH IMSEC IMSECH IMSINH IMTAN ISFORMULA ISOWEEKNUM LOGNORM.DIST LOGNORM.INV MAXIFS MINIFS
    MODE.MULT MODE.SNGL MUNIT NEGBINOM.DIST NORM.DIST NORM.INV NORM.S.DIST NORM.S.INV NUMBERVALUE
    PDURATION PERCENTILE.EXC PERCENTILE.INC PERCENTRANK.EXC PERCENTRANK.INC PERMUTATIONA PHI
    POISSON.DIST QUARTILE.EXC QUARTILE.INC QUERYSTRING RANK.AVG RANK.EQ RRI SEC SECH SHEET SHEETS
    SKEW.P STDEV.P STDEV.S SWITCH T.DIST T.DIST.2T T.DIST.RT T.INV T.INV.2T T.TEST TEXTAFTER
    TEXTBEFORE TEXTJOIN UNICHAR UNICODE VALUETOTEXT VAR.P VAR.S WEBSERVICE WEIBULL.DIST XMATCH XOR
    Z.TEST
"""
# Functions that spill over cells or need Excel 365; LibreOffice does not have them.
_REFUSED_NAMES = """
    ANCHORARRAY BYCOL BYROW CHOOSECOLS CHOOSEROWS DROP EXPAND FILTER HSTACK ISOMITTED LAMBDA LET
    MAKEARRAY MAP RANDARRAY REDUCE SCAN SEQUENCE SINGLE SORT SORTBY TAKE TEXTSPLIT TOCOL TOROW
    UNIQUE VSTACK WRAPCOLS WRAPROWS XLOOKUP
"""
_NEWER = frozenset(_NEWER_NAMES.split())
_REFUSED = frozenset(_REFUSED_NAMES.split())
_CALL = re.compile(r"(?<![\w.!])([A-Z][A-Z0-9.]*)(?=\()")
# A formula's texts ("…") and quoted tab names ('…'): what stands in them is no function.
_QUOTED = re.compile(r"""("(?:[^"]|"")*"|'(?:[^']|'')*')""")


def clean(text: str, limit: int = MAX_TEXT) -> str:
    """Text that XML and Excel can hold: `cell_contents.clean`, by default to a cell's length."""
    return cell_contents.clean(text, limit)


def escaped(text: str) -> str:
    """Text for a formula's stored value: Excel reads "_x0041_" there as "A", so it is marked."""
    return _ESCAPE.sub("_x005F_", text) if "_x" in text else text


@lru_cache(maxsize=4096)
def stored_formula(formula: str) -> str:
    """A formula as the file stores it: no "=", newer functions prefixed with "_xlfn.".

    Raises ValueError for what Excel would refuse or repair.
    """
    if not formula.startswith("=") or len(formula) < 2:
        raise ValueError(f"formula {formula!r} does not start with '=' and something after it")
    parts = _QUOTED.split(clean(formula[1:], MAX_FORMULA * 4))
    for place, part in enumerate(parts):
        if place % 2:
            _check_text(part)
        else:
            parts[place] = _CALL.sub(_prefixed, part)
    stored = "".join(parts)
    if utf16_length(stored) > MAX_FORMULA:
        raise ValueError(f"formula {formula[:60]!r}… is longer than {MAX_FORMULA} characters")
    return stored


def _check_text(quoted: str) -> None:
    text = quoted[1:-1].replace('""', '"')
    if quoted.startswith('"') and utf16_length(text) > MAX_FORMULA_TEXT:
        raise ValueError(
            f"the text {text[:40]!r}… inside a formula is longer than {MAX_FORMULA_TEXT} "
            "characters; split it with &"
        )


def _prefixed(call: re.Match[str]) -> str:
    name = call[1]
    if name in _REFUSED:
        raise ValueError(
            f"function {name} spills or needs Excel 365; use one that every office has"
        )
    return f"_xlfn.{name}" if name in _NEWER else name
