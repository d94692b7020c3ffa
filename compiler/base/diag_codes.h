/* Every diagnostic: code and format in one macro, so that -Wformat checks the arguments. Codes are permanent; texts may
   improve. Ranges: E00 text and syntax, E02 names, E03 types and values, E04 ports, wiring and claims, E05 checks and
   versions, E06 drift, E07 secrets, E08 output objects, E09 evaluation limits, E11 command-line values, E12 YAML, E13
   files, E14 data; W0 advice. Each has a page in explain/. */
#ifndef MLOPS_DIAG_CODES_H
#define MLOPS_DIAG_CODES_H

/* text and syntax (lexer, parser) */
#define D_BAD_UTF8            "E0001", "byte 0x%02x at offset %u is not UTF-8"
#define D_NUL_BYTE            "E0002", "a NUL byte stands in the text"
#define D_BAD_CHARACTER       "E0003", "`%s` has no meaning in this language"
#define D_OPEN_STRING         "E0004", "this string has no closing quote"
#define D_BAD_ESCAPE          "E0005", "`%s` is not an escape"
#define D_SYNTAX              "E0010", "%s was found where %s was expected"
#define D_UNCLOSED            "E0011", "this `%s` is never closed"
#define D_TOO_DEEP            "E0012", "nesting is deeper than %d levels"
#define D_TOO_LARGE           "E0013", "the file has %zu bytes; the limit is %u"
#define D_BAD_NAME            "E0014", "`%s` is not a name"
#define D_COMPONENT_EQUALS    "E0015", "a component's kind is written after `:`, not `=`"
#define D_STRAY_CLOSE         "E0016", "this `%s` closes nothing"
#define D_BAD_NUMBER          "E0017", "`%s` is not a number"

/* names */
#define D_UNKNOWN_KIND        "E0201", "no kind is called `%s`"
#define D_UNKNOWN_NAME        "E0202", "nothing here is called `%s`"
#define D_UNKNOWN_SETTING     "E0203", "`%s` (%s) has no setting `%s`"
#define D_DUPLICATE           "E0204", "`%s` is declared twice"
#define D_UNKNOWN_TYPE        "E0205", "no type is called `%s`"
#define D_UNKNOWN_FIELD       "E0206", "%s has no field `%s`"
#define D_UNKNOWN_FUNCTION    "E0207", "no function is called `%s`"
#define D_UNKNOWN_PORT        "E0208", "kind %s has no port `%s`"
#define D_UNKNOWN_INTERFACE   "E0209", "no interface is called `%s`"
#define D_UNKNOWN_CATALOG     "E0210", "no catalog is called `%s`"
#define D_UNKNOWN_ENV         "E0211", "no env is called `%s`"
#define D_UNKNOWN_PATH        "E0212", "`%s` names nothing that can be set"
#define D_DUPLICATE_KEY       "E0213", "key `%s` stands twice in this object"
#define D_NO_STACK            "E0214", "%s declares no stack"
#define D_UNKNOWN_DETECTOR    "E0215", "no detector is called `%s`"
#define D_DUPLICATE_SETTING   "E0216", "`%s` is set twice"

/* types and values */
#define D_TYPE                "E0301", "%s is needed here, but this is %s"
#define D_UNIT                "E0310", "%s is needed here, but `%s` is %s"
#define D_RANGE               "E0311", "%s is outside %s"
#define D_BAD_LITERAL         "E0312", "`%s` is not %s: %s"
#define D_ENUM                "E0313", "`%s` is not one of %s"
#define D_UNTYPED_NUMBER      "E0314", "`%s` has no meaning without a type"
#define W_BARE_SIZE           "W0310", "a size of %s bytes"
#define D_MISSING_SETTING     "E0320", "`%s` (%s) needs `%s`"
#define D_MISSING_PARAM       "E0321", "param `%s` has no value"
#define D_ARGUMENTS           "E0322", "%s"
#define D_OPERATOR            "E0323", "`%s` cannot be applied to %s and %s"
#define D_DIVIDE              "E0324", "division by zero"
#define D_OVERFLOW            "E0325", "the result of `%s` does not fit"
#define D_INDEX               "E0326", "%s"
#define D_NOT_TEXT            "E0327", "%s cannot be put into a string"
#define D_FAMILY_NAME         "E0328", "%s"

/* ports, wiring, claims */
#define D_NO_GIVER            "E0401", "nothing gives `%s`, which %s needs as `%s`"
#define D_MANY_GIVERS         "E0402", "%s needs `%s`, and %s give it"
#define D_NOT_GIVEN           "E0403", "`%s` (%s) does not give `%s`"
#define D_NODE_PORT_TWICE     "E0412", "node port %d is claimed twice"
#define D_CLAIM_TWICE         "E0413", "%s is claimed twice"
#define D_OBJECT_TWICE        "E0414", "%s is made twice"
#define D_EXPOSE              "E0415", "%s"
#define D_OFFER               "E0416", "%s"

/* checks and versions */
#define D_CHECK               "E0500", "%s"
#define D_UNKNOWN_VERSION     "E0501", "no catalog has %s %s"
#define D_NO_CATALOG_ROW      "E0502", "catalog %s has no row for `%s`"
#define D_EDITION             "E0503", "edition %s is not known to this compiler"
#define W_CHECK               "W0500", "%s"
#define W_UNUSED_ALLOW        "W0501", "this `allow %s` silences nothing"

/* drift */
#define D_RUNTIME             "E0601", "%s"
#define D_DRIFT               "E0602", "%s"
#define D_DETECTOR            "E0617", "the runtime `%s` does not run `%s` on %s"
#define D_FIXED               "E0618", "the runtime `%s` cannot run `%s` with %s = %s"
#define D_OBSERVABLE          "E0637", "%s"
#define D_SIGNAL              "E0643", "the runtime `%s` cannot watch %s"

/* secrets */
#define D_SECRET_KEY          "E0701", "secret `%s` has no key `%s`"
#define D_SECRET_LEAK         "E0702", "a secret's key would be written into %s"
#define D_SECRET_VALUE        "E0703", "%s"
#define D_SECRET_YAML         "E0704", "a Secret cannot be %s"
#define W_SECRET_IN_SOURCE    "W0705", "the value of `%s.%s` stands in the source"

/* output objects */
#define D_NO_NAMESPACE        "E0801", "%s has no namespace"
#define D_OBJECT_NAME         "E0802", "`%s` cannot be the name of %s: %s"
#define D_UNKNOWN_OBJECT_KIND "E0803", "no Kubernetes kind is called `%s`"
#define D_PATCH_TARGET        "E0804", "%s"
#define D_NOT_YAML            "E0805", "%s cannot be written as YAML"
#define D_OBJECT_FIELD        "E0806", "%s"
#define D_RELEASE             "E0807", "%s"
#define D_OBJECT_LARGE        "E0808", "%s %s holds %zu bytes; the API server takes %d"

/* values of charts */
#define D_CHART_KEY           "E0820", "%s"
#define D_CHART_VALUE         "E0821", "%s"
#define D_CHART_TABLE         "E0822", "%s"

/* the whole set of objects */
#define D_UNRESOLVED          "E0830", "%s"
#define D_UNRESOLVED_PORT     "E0831", "%s"
#define D_LATE                "E0832", "%s"
#define W_UNRESOLVED          "W0830", "%s"
#define W_UNREAD              "W0831", "%s"
#define W_SELECTS_NOTHING     "W0832", "%s"
#define W_NODE_PORT_RANGE     "W0833", "node port %lld of %s is outside of 30000 to 32767"

/* objects against the fields of their kinds */
#define D_FIELD_UNKNOWN       "E0841", "%s %s has no field `%s`"
#define D_FIELD_TYPE          "E0842", "`%s` must be %s, not %s"
#define D_FIELD_MISSING       "E0843", "%s %s needs `%s`"
#define D_FIELD_CHOICE        "E0844", "`%s` cannot be `%s`"
#define D_FIELD_RANGE         "E0845", "`%s` cannot %s"
#define D_FIELD_FORM          "E0846", "`%s` cannot be `%s`"
#define D_FIELD_KEY           "E0847", "`%s` cannot be a key of `%s`"
#define D_FIELD_SINCE         "E0848", "`%s` needs %s"
#define D_FIELD_ONE_OF        "E0849", "`%s` and `%s` exclude each other"
#define D_API_VERSION         "E0850", "no server has %s %s"

/* evaluation limits */
#define D_CYCLE               "E0901", "`%s` depends on itself"
#define D_RECURSION           "E0902", "%s `%s` %s itself"
#define D_STEPS               "E0903", "this takes more than %s steps"
#define D_BYTES               "E0904", "this needs more than %s of values"

/* command-line values */
#define D_SET                 "E1101", "%s"

/* YAML */
#define D_YAML                "E1201", "%s"
#define D_YAML_DUPLICATE      "E1202", "key `%s` stands twice in this mapping"
#define D_YAML_LIMIT          "E1203", "%s"
#define D_YAML_OBJECT         "E1204", "%s"
#define D_CHART_FOLDER        "E1205", "%s"

/* files */
#define D_READ                "E1301", "cannot read %s: %s"
#define D_OUTSIDE             "E1302", "%s lies outside %s"
#define D_WRITE               "E1303", "cannot write %s: %s"
#define D_FOREIGN             "E1304", "%s was not written by mlopsc"
#define D_NOT_A_FOLDER        "E1305", "%s is not a folder"

/* reference data */
#define D_DATA_TABLE          "E1401", "%s is not a table: %s"
#define D_DATA_CELL           "E1402", "%s: %s"
#define D_DATA_ROWS           "E1403", "%s has too few rows: %s"
#define D_DATA_COLUMN         "E1404", "%s has no column `%.*s`"
#define D_DATA_LARGE          "E1405", "%s is too large: %s"
#define D_DATA_TYPE           "E1406", "%s cannot be written as %s"
#endif
