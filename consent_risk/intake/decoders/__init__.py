"""Decoders: what stands in one place of an export, as the entries that a recipe's statements read.

A decoder is a function from a node (a text, or parsed JSON) to `Decoded`. Its entries are groups of texts and lists of
texts, named in the decoder's docstring, which a recipe reads by places such as `.state`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from consent_risk.intake.decoders.decoded import Decoded, Undecodable
from consent_risk.intake.decoders.dpv import decode_dpv_record
from consent_risk.intake.decoders.strings import decode_gpp_string, decode_tcf_decoded, decode_tcf_string
from consent_risk.intake.json_cells import Node

__all__ = ["DECODERS", "Decoded", "Undecodable"]

DECODERS: Mapping[str, Callable[[Node], Decoded]] = MappingProxyType(
    {
        "dpv_record": decode_dpv_record,
        "tcf_string": decode_tcf_string,
        "gpp_string": decode_gpp_string,
        "tcf_decoded": decode_tcf_decoded,
    }
)
