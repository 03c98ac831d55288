/*
 * address/tables.h - the numbering plans of the world as constant tables, made by tools/numbering.
 *
 * Internal to the engine. All of it is data of no pointers, so that it is shared by every process.
 * Machines are named by their first state's place in their pool, see automaton.h; 0 = there is none.
 * Threads: any.
 */
#ifndef RW_ADDRESS_TABLES_H
#define RW_ADDRESS_TABLES_H

#include <stdbool.h>
#include <stdint.h>

#define RW_NSN_MAX 17 /* digits of a national (significant) number in the data */

/* A country calling code (ITU-T E.164). Several regions may share it; the first is the main one. */
struct rw_country {
    uint16_t code;
    uint16_t first; /* row in rw_tables_territories */
    uint8_t count;
    uint16_t
        numbers; /* machine: national number -> place among the regions << 4 | type, see plan.c */
    uint16_t formats;                 /* machine: leading digits -> place + 1 in the choices */
    uint16_t national, international; /* first rows in rw_tables_formats */
};

/* A region's numbering plan (ISO 3166-1; "001" for a code of no country). */
struct rw_territory {
    char region[4];
    char trunk_prefix[4]; /* dialled in front of a national number, "0"; "" = none */
    char put[5];          /* with `transforms`: what comes in front of the prefix's last group */
    bool transforms;
    uint8_t country;  /* row in rw_tables_countries */
    uint16_t general; /* machine: digits that have a national number's form, whatever their count */
    uint16_t shorts;  /* machine: short number -> RW_SHORT or RW_SHORT_EMERGENCY */
    uint16_t strips;  /* machine: trunk prefix and carrier codes -> row in rw_tables_strips */
    uint16_t idd;     /* machine: international prefix -> row in rw_tables_strips */
    uint16_t name;    /* in rw_tables_texts */
    uint32_t lengths; /* bit n: a national number can have n digits */
    uint32_t local;   /* bit n: n digits can be dialled within an area, without its code */
};

enum { RW_SHORT = 1, RW_SHORT_EMERGENCY = 2 };

/* What a prefix takes off: digits | start of its last group << 5 | length of that group << 10. */
struct rw_strip {
    uint16_t passing; /* when more digits may follow; 0 = nothing */
    uint16_t ending;  /* instead, when no digit follows; 0 = as passing */
};

/* How the digits of a number are grouped. */
struct rw_number_format {
    uint8_t count;
    uint8_t groups[5]; /* fewest digits << 4 | most digits */
    uint16_t text;     /* in rw_tables_texts: "0$1 $2" */
};

extern const char rw_tables_version[], rw_tables_month[];

extern const uint16_t rw_tables_numbers[]; /* the pool of machines of numbers */
extern const uint16_t rw_tables_pool[];    /* the pool of all others */

extern const uint8_t rw_tables_country_of[1000]; /* by the first three digits: row + 1; 0 = none */
extern const struct rw_country rw_tables_countries[];
extern const uint16_t rw_tables_territory_of[26 * 26]; /* by two letters: row + 1; 0 = none */
extern const struct rw_territory rw_tables_territories[];
extern const struct rw_strip rw_tables_strips[];

/* Choice i holds the country's national formats that may fit, in the order in which they are tried, at
 * choices[ends[2 * i]] up to choices[ends[2 * i + 1]], then up to ends[2 * i + 2] the international. */
extern const uint16_t rw_tables_choice_ends[];
extern const uint8_t rw_tables_choices[];
extern const struct rw_number_format rw_tables_formats[];
extern const char rw_tables_texts[];

extern const uint16_t rw_tables_zones_root; /* machine: all digits -> row in rw_tables_zones */
extern const uint16_t rw_tables_zones[];    /* in rw_tables_zone_texts */
extern const char rw_tables_zone_texts[];

#endif
