"""The three JSON schemas of ../shared/openrtb-samples, applied as its README says."""

import copy
import json
from pathlib import Path
from typing import Any, Dict, List

from jsonschema.validators import validator_for

# Members that 2.6 brought; the strict schema of 2.5 knows no others.
NEWER_OF_BID = ("mtype", "dur", "apis", "langb", "cattax", "slotinpod")


class ResponseSchemas:
    def __init__(self, folder: Path):
        def load(name: str) -> Dict[str, Any]:
            return json.loads((folder / name).read_text())

        whole = load("openrtb-2.6.klaussilveira.schema.json")
        # Its root allows a request too.
        response = {key: value for key, value in whole.items() if key not in ("oneOf", "anyOf", "$ref")}
        response["$ref"] = "#/$defs/BidResponse"
        self.newer = [
            self._validator(response), self._validator(load("openrtb-2.6.iab-pr.bid-response.schema.json")),
        ]
        self.strict = self._validator(load("openrtb-2.5.bid-response.openrtb2x.schema.json"))

    @staticmethod
    def _validator(schema: Dict[str, Any]) -> Any:
        return validator_for(schema)(schema)

    def faults(self, response: Dict[str, Any]) -> List[str]:
        """What each schema says against a response."""
        found: List[str] = []
        older = copy.deepcopy(response)
        for seat in older.get("seatbid", []):
            for bid in seat.get("bid", []):
                for key in NEWER_OF_BID:
                    bid.pop(key, None)
        names = ("2.6 (klaussilveira)", "2.6 (iab-pr)")
        for name, validator in zip(names, self.newer):
            found += [f"{name}: {error.json_path}: {error.message}" for error in validator.iter_errors(response)]
        found += [f"2.5: {error.json_path}: {error.message}" for error in self.strict.iter_errors(older)]
        return found
