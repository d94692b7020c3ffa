#!/usr/bin/env python3
"""Writes the reference data beside this file: synthetic, the same on every machine."""
import math, os, random

HERE = os.path.dirname(os.path.abspath(__file__))


def write(name, header, rows):
    with open(os.path.join(HERE, name), 'w') as f:
        f.write(','.join(header) + '\n')
        for r in rows:
            f.write(','.join('%.6g' % x for x in r) + '\n')


r = random.Random(20261123)
# sensors: four measurements alike in scale, two of them related
rows = []
for i in range(300):
    a, b = r.gauss(0, 1), r.gauss(0, 1)
    rows.append([a, 0.8 * a + 0.6 * b, r.gauss(0.5, 1.2), r.expovariate(1)])
write('sensors.csv', ['pressure', 'flow', 'heat', 'wait'], rows)
# customers: numbers and categories, and what happened
rows = []
for i in range(400):
    rows.append([round(math.exp(r.gauss(3, 0.5)), 2), r.randint(18, 90), r.choice([0, 0, 0, 1, 1, 2, 3]), r.choice([0, 1, 2]), int(r.random() < 0.5)])
write('customers.csv', ['amount', 'age', 'country', 'plan', 'churned'], rows)
# flags: yes or no
write('flags.csv', ['returned', 'vip', 'late'], [[int(r.random() < p) for p in (0.3, 0.5, 0.4)] for i in range(400)])
