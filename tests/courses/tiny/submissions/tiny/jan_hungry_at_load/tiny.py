TABLE = [0.0] * (2 << 30)

print(len(TABLE))
