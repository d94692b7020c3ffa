/* One scalar and what its field takes: a type, a range, a choice, a pattern, a form of text. */
#include "eval/schema/look.h"
#include "value/pattern.h"
#include <string.h>

int schema_one_of(const char *choices, const char *s, size_t n)
{
	for (const char *p = choices; ; ) {
		const char *bar = strchr(p, '|');
		size_t len = bar ? (size_t)(bar - p) : strlen(p);
		if (len == n && !memcmp(p, s, n))
			return 1;
		if (!bar)
			return 0;
		p = bar + 1;
	}
}

static int is_resource(const char *s, size_t n)
{
	return memchr(s, '/', n) ? lit_label_key(s, n)
		: (n > 10 && !memcmp(s, "hugepages-", 10))
			|| schema_one_of("cpu|memory|storage|ephemeral-storage|pods", s, n);
}

static int is_cidr(const char *s, size_t n)
{
	const char *slash = memchr(s, '/', n);
	const char *why;
	int64_t bits;
	size_t host = slash ? (size_t)(slash - s) : 0;
	if (!slash || !lit_int(slash + 1, n - host - 1, &bits) || bits < 0 || bits > (memchr(s, ':', host) ? 128 : 32))
		return 0;
	for (size_t i = 0; i < host; i++)
		if (!strchr("0123456789abcdefABCDEF.:", s[i]))
			return 0;
	return lit_host(s, host, &why);
}

static int is_relative(const char *s, size_t n)
{
	if (n && *s == '/')
		return 0;
	for (size_t i = 0; i + 1 < n; i++)
		if (s[i] == '.' && s[i + 1] == '.' && (!i || s[i - 1] == '/') && (i + 2 == n || s[i + 2] == '/'))
			return 0;
	return 1;
}

static int is_identifier(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!((s[i] >= 'a' && s[i] <= 'z') || (s[i] >= 'A' && s[i] <= 'Z') || s[i] == '_'
			|| (i && s[i] >= '0' && s[i] <= '9')))
			return 0;
	return n > 0;
}

int schema_has_form(struct eval *e, enum schema_form form, const char *s, size_t n)
{
	struct image_ref image;
	const char *why;
	double seconds;
	switch (form) {
	case FORM_LABEL: return lit_dns1123_label(s, n);
	case FORM_SUBDOMAIN: return lit_dns1123_subdomain(s, n);
	case FORM_PORT_NAME: case FORM_PORT: return lit_port_name(s, n);
	case FORM_ENV_NAME: return lit_env_name(s, n) || (lit_env_name_relaxed(s, n) && !schema_older(e, "1.32"));
	case FORM_CONFIG_KEY: return lit_config_key(s, n);
	case FORM_LABEL_KEY: return lit_label_key(s, n);
	case FORM_IMAGE: return lit_image(s, n, &image, &why);
	case FORM_RESOURCE: return is_resource(s, n);
	case FORM_CRON: return lit_cron(s, n, &why);
	case FORM_PERCENT: return lit_percent(s, n);
	case FORM_HOST: return lit_dns1123_subdomain(s, n) || lit_wildcard_host(s, n);
	case FORM_HTTP_PATH: return *s == '/';
	case FORM_RELATIVE_PATH: return is_relative(s, n);
	case FORM_HEADER: return lit_http_header(s, n);
	case FORM_CIDR: return is_cidr(s, n);
	case FORM_IDENTIFIER: return is_identifier(s, n);
	case FORM_DURATION: return lit_duration_ordered(s, n, &seconds);
	case FORM_DURATION_GO: return lit_duration_go(s, n, &seconds);
	case FORM_NONE: case FORM_LABELS: case FORM_ANNOTATIONS: case FORM_COUNT: break;
	}
	return 1;
}

const char *schema_form_words(unsigned form)
{
	static const char *const words[] = {
#define X(id, name, meaning) meaning,
		SCHEMA_FORMS(X)
#undef X
	};
	return words[form];
}

/* -- one scalar -- */

static enum fault check_text(
	struct eval *e, const struct value *v, const struct schema_field *f, const struct schema_rule *r)
{
	if (v->n < r->minlen)
		return TOO_SHORT;
	if (r->maxlen && v->n > r->maxlen)
		return TOO_LONG;
	if (r->choices && v->n && !schema_one_of(text_at(r->choices), v->str.p, v->n))
		return NO_CHOICE;
	/* an empty text is as good as none */
	if (r->form && (v->n || f->wrap & SCHEMA_REQUIRED)
		&& !schema_has_form(e, (enum schema_form)r->form, v->str.p, v->n))
		return BAD_FORM;
	if (r->pattern && !pattern_match(text_at(r->pattern), v->str.p, v->n))
		return BAD_PATTERN;
	return FINE;
}

static enum fault check_number(double d, const struct schema_rule *r)
{
	return ((r->has & RULE_MIN) && d < (double)r->min) || ((r->has & RULE_MAX) && d > (double)r->max)
		? OUT_OF_RANGE
		: FINE;
}

static int is_base64(const char *s, size_t n)
{
	size_t end = n;
	while (end && n - end < 2 && s[end - 1] == '=')
		end--;
	for (size_t i = 0; i < end; i++)
		if (!((s[i] >= 'a' && s[i] <= 'z') || (s[i] >= 'A' && s[i] <= 'Z') || (s[i] >= '0' && s[i] <= '9')
			|| s[i] == '+' || s[i] == '/' || s[i] == '\n'))
			return 0;
	return 1;
}

enum fault schema_scalar_fault(struct eval *e, const struct value *v, const struct schema_field *f)
{
	const struct schema_rule *r = &schema_rules[f->rule];
	struct quantity q;
	const char *why;
	switch ((enum schema_scalar)f->scalar) {
	case SCHEMA_STRING:
		return v->tag != VALUE_STRING ? WRONG_TYPE : f->rule ? check_text(e, v, f, r) : FINE;
	case SCHEMA_INT32:
		if (v->tag == VALUE_INT && (v->i > INT32_MAX || v->i < INT32_MIN))
			return OUT_OF_RANGE;
		/* fallthrough */
	case SCHEMA_INT64:
		return v->tag != VALUE_INT ? WRONG_TYPE : f->rule ? check_number((double)v->i, r) : FINE;
	case SCHEMA_NUMBER:
		return v->tag == VALUE_INT ? check_number((double)v->i, r)
			: v->tag == VALUE_FLOAT ? check_number(v->d, r)
						: WRONG_TYPE;
	case SCHEMA_BOOL:
		return v->tag == VALUE_BOOL ? FINE : WRONG_TYPE;
	case SCHEMA_QUANTITY:
		if (v->tag == VALUE_INT)
			return check_number((double)v->i, r);
		if (v->tag == VALUE_FLOAT)
			return check_number(v->d, r);
		if (v->tag != VALUE_STRING)
			return WRONG_TYPE;
		if (!lit_quantity(v->str.p, v->n, &q, &why))
			return BAD_QUANTITY;
		return q.negative && q.nano && (r->has & RULE_MIN) && r->min >= 0 ? OUT_OF_RANGE : FINE;
	case SCHEMA_INT_OR_STRING:
		if (v->tag == VALUE_INT)
			return r->form == FORM_PORT ? v->i < 1 || v->i > 65535 ? OUT_OF_RANGE : FINE
				: r->form == FORM_PERCENT && v->i < 0 ? OUT_OF_RANGE
				: FINE;
		return v->tag != VALUE_STRING ? WRONG_TYPE : f->rule ? check_text(e, v, f, r) : FINE;
	case SCHEMA_TIME:
		return v->tag == VALUE_STRING ? FINE : WRONG_TYPE;
	case SCHEMA_BYTES:
		return v->tag != VALUE_STRING ? WRONG_TYPE : is_base64(v->str.p, v->n) ? FINE : BAD_BASE64;
	case SCHEMA_OBJECT: case SCHEMA_ANY:
		break;
	}
	return FINE;
}
