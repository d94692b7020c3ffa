/* Typed literals and Kubernetes' text grammars: the only place that knows how a size, a duration, an image or a label
   is spelled. Pure functions over bytes: nothing here keeps memory, reads the locale or looks at anything but its
   arguments. Each family of spellings is one file of value/literal/. Source of every grammar: Kubernetes 1.36
   validation, measured (tests/unit/k8s-vectors.tsv). Return 1 if well-formed. `why`, where there is one, points to a
   static phrase that says what is wrong ("unknown suffix `K`: thousand is `k`") on failure. */
#ifndef MLOPS_LITERAL_H
#define MLOPS_LITERAL_H
#include <stddef.h>
#include <stdint.h>

/* quantity.c. `nano`: the value in units of 1e-9, rounded up; capped as Kubernetes does */
struct quantity { int negative; unsigned __int128 nano; };
int lit_quantity(const char *s, size_t n, struct quantity *q, const char **why);
size_t lit_quantity_canonical(const char *s, size_t n, char out[64]);           /* as the API server stores it */
/* ours: positive; no `m` suffix, no bare suffix */
int lit_size(const char *s, size_t n, double *bytes, const char **why);
int lit_cores(const char *s, size_t n, double *cores, const char **why);

/* duration.c. Ours: w d h m s ms, largest first, each once; integers */
int lit_duration(const char *s, size_t n, double *seconds, const char **why);
size_t lit_duration_print(double seconds, char out[64]);                        /* 2h24m */
int lit_duration_go(const char *s, size_t n, double *seconds);                  /* time.ParseDuration */
size_t lit_duration_go_canonical(const char *s, size_t n, char out[64]);        /* 1h30m0s, as Go prints it; 0 if bad */
/* y w d h m s ms, largest first, each once, or 0: what operators call a duration */
int lit_duration_ordered(const char *s, size_t n, double *seconds);
size_t lit_duration_ordered_canonical(const char *s, size_t n, char out[64]);
int lit_rate(const char *s, size_t n, double *per_second, const char **why);    /* 40/s 10/d 0.5/m 600/h */

/* version.c */
int lit_version(const char *s, size_t n, const char **why);
/* part by part as numbers; -suffix sorts before none */
int lit_version_compare(const char *a, size_t an, const char *b, size_t bn);

/* number.c */
/* optional -, digits; no leading zeros but 0 */
int lit_int(const char *s, size_t n, int64_t *v);
int lit_float(const char *s, size_t n, double *v);                              /* locale-independent, finite */
int lit_percent(const char *s, size_t n);                                       /* 25% */

/* name.c */
int lit_dns1123_label(const char *s, size_t n);
int lit_dns1123_subdomain(const char *s, size_t n);
int lit_dns1035_label(const char *s, size_t n);
int lit_wildcard_host(const char *s, size_t n);
int lit_label_key(const char *s, size_t n);
int lit_label_value(const char *s, size_t n);
int lit_annotation_key(const char *s, size_t n);
int lit_port_name(const char *s, size_t n);
int lit_env_name(const char *s, size_t n);                                      /* strict (before 1.32) */
int lit_env_name_relaxed(const char *s, size_t n);
int lit_config_key(const char *s, size_t n);
int lit_http_header(const char *s, size_t n);

/* address.c */
int lit_host(const char *s, size_t n, const char **why);                        /* DNS-1123 subdomain, IPv4 or IPv6 */
int lit_url(const char *s, size_t n, const char **why);

/* image.c */
struct image_ref {
	const char *registry, *repository, *tag, *digest;
	size_t registry_n, repository_n, tag_n, digest_n;
};
/* parts as written: slices of s; registry_n 0 = docker.io */
int lit_image(const char *s, size_t n, struct image_ref *r, const char **why);
size_t lit_image_canonical(const char *s, size_t n, char out[512]);             /* fully expanded; 0 if bad */

/* cron.c */
int lit_cron(const char *s, size_t n, const char **why);
#endif
