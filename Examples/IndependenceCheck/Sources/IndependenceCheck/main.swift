import Infomin

var random = Philox(seed: 1)
let x: Tensor<Double> = random.normal(shape: [2000, 1])
let y = x * x + random.normal(shape: [2000, 1]) * 0.5
let shuffled = y.gather(rows: random.permutation(2000))
for (name, t) in [("x and x² + noise", y), ("x and shuffled rows", shuffled)] {
  let fit = try SlicedDependence<Double>().fit(x, t, using: random.stream(name))
  let test = try IndependenceTest(.sliced(count: 20)).run(x, t, using: random.stream(name))
  print("\(name): \(fit.inSample) in sample, \(fit.heldOut!) held out, p = \(test.pValue)")
}
