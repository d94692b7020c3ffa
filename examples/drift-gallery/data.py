#!/usr/bin/env python3
"""Writes the reference data of the examples: synthetic rows, the same on every machine. Standard library only.
    python3 examples/drift-gallery/data.py          writes ../khaos/reference.csv and *.csv beside this script

The numbers come from a generator of our own (64 bits, linear congruential) and from sums of uniform numbers, so that neither the version of
Python nor the machine's mathematics shows."""
import os

HERE = os.path.dirname(os.path.abspath(__file__))


class Numbers:
    def __init__(self, seed):
        self.state = seed

    def bits(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2 ** 64
        return self.state >> 33

    def uniform(self):
        return self.bits() / 2 ** 31

    def normal(self):                       # near enough: twelve uniform numbers
        return sum(self.uniform() for _ in range(12)) - 6.0

    def one_of(self, weights):
        x, at = self.uniform() * sum(weights), 0
        while x >= weights[at]:
            x -= weights[at]
            at += 1
        return at


def write(path, header, rows):
    with open(os.path.join(HERE, path), 'w', newline='') as f:
        f.write(','.join(header) + '\n')
        for row in rows:
            f.write(','.join(row) + '\n')


def card(n, count):
    """Payments by card: 28 components of unit spread, the amount in its own unit, the class."""
    for _ in range(count):
        values = ['%.3f' % n.normal() for _ in range(28)]
        amount = 10.0
        for _ in range(n.one_of([3, 4, 2, 1, 0.5])):
            amount *= 1.5 + 3.0 * n.uniform()
        yield values + ['%.2f' % amount, '1' if n.uniform() < 0.02 else '0']


def loans(n, count):
    """Applications for a loan: numbers, categories, and a yes or no."""
    for _ in range(count):
        employment = n.one_of([6, 2, 1, 1])
        income = (2800 + 700 * n.normal()) * (1.0, 1.3, 0.6, 0.4)[employment]
        yield ['%.0f' % (income if income > 400 else 400), '%.2f' % (12000 + 5000 * n.normal()), '%d' % (18 + n.one_of([1] * 50)),
               '%d' % employment, '%d' % n.one_of([5, 3, 2]), '%d' % n.one_of([7, 3]), '%d' % n.one_of([9, 1])]


def scaled(n, count):
    """Embeddings of texts, cut down to six numbers of unit spread that hang together."""
    for _ in range(count):
        common = n.normal()
        yield ['%.4f' % (0.6 * common + 0.8 * n.normal()) for _ in range(6)]


def sensors(n, count):
    """A machine's sensors, each in its own unit."""
    for _ in range(count):
        load = n.uniform()
        yield ['%.2f' % (40 + 30 * load + 2 * n.normal()), '%.4f' % (0.02 + 0.01 * load + 0.002 * n.normal()), '%.0f' % (1500 + 400 * load + 30 * n.normal())]


def events(n, count):
    """What a log says of each call: failed, retried."""
    for _ in range(count):
        failed = n.one_of([94, 6])
        yield ['%d' % failed, '%d' % (n.one_of([1, 3]) if failed else n.one_of([97, 3]))]


def answers(n, count):
    """Classes that a model answered."""
    for _ in range(count):
        yield ['%d' % n.one_of([70, 20, 8, 2])]


def main():
    pca = ['V%d' % k for k in range(1, 29)]
    write('../khaos/reference.csv', pca + ['Amount', 'Class'], card(Numbers(1), 500))
    write('loans.csv', ['income', 'amount', 'age', 'employment', 'purpose', 'phone', 'Default'], loans(Numbers(2), 400))
    write('embeddings.csv', ['e%d' % k for k in range(1, 7)], scaled(Numbers(3), 300))
    write('sensors.csv', ['temperature', 'vibration', 'speed'], sensors(Numbers(4), 300))
    write('events.csv', ['failed', 'retried'], events(Numbers(5), 300))
    write('answers.csv', ['class'], answers(Numbers(6), 300))


main()
