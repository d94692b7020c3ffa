"""Values of a tree of YAML by dotted paths."""
import json
import re


def walk(value, path, files=False):
    """The value at a dotted path, or None. Dots inside a key are written `\\.`. files: a text on the way that is JSON, as a file
    of a ConfigMap is, is gone into."""
    for part in re.split(r"(?<!\\)\.", path):
        part = part.replace("\\.", ".")
        if isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        elif isinstance(value, dict) and part in value:
            value = value[part]
        else:
            return None
        if files and isinstance(value, str) and value[:1] in "[{" and value.rstrip()[-1:] in "]}":
            value = json.loads(value)
    return value
