import Infomin
import Layers
import TensorCore

/// Where the time of an epoch goes: each part as often as an epoch has it, on random numbers of the same shapes.
enum EpochParts {
  static var cases: [BenchmarkCase] {
    let fit = Double(EpochCase.fitRows)
    let all = Double(EpochCase.fitRows + EpochCase.validationRows)
    return [
      part("encode all", 2 * all * EpochCase.encoderProducts) { parts in
        let (encoder, x) = (parts.encoder, parts.x(Int(all)))
        return { _ = encoder.prepared().sharded(x) }
      },
      part("max-step", epochSolve.operations) { _ in
        let (z, t) = epochSolve.data
        let estimator = SlicedDependence<Float>(sliceCount: EpochCase.slices)
        return { _ = try estimator.fit(z, t, using: Philox(seed: 0)) }
      },
      part("validation", 2 * (all - fit) * (EpochCase.utilityProducts + EpochCase.sliceProducts)) {
        parts in
        let (network, z) = (parts.predictor, parts.z(EpochCase.validationRows))
        let y = z.slice(0..<1, along: 1)
        let objective = try SlicedDependence<Float>(sliceCount: EpochCase.slices).fit(
          z, y, using: Philox(seed: 0)
        ).objective
        return {
          _ = RenyiObjective.value(network, z, y)
          _ = objective.value(z, y)
        }
      },
      part(
        "encoder",
        2 * fit * (2 * EpochCase.encoderProducts + Double(EpochCase.hidden * EpochCase.learnt))
      ) { parts in
        let (encoder, x) = (parts.encoder, parts.x(EpochCase.batchRows))
        let dz = parts.z(EpochCase.batchRows)
        return batches {
          _ = ShardedPass(encoder.prepared(), x).backward(dz, needsInputGradient: false)
        }
      },
      part("utility", 6 * fit * EpochCase.utilityProducts) { parts in
        let (network, z) = (parts.predictor, parts.z(EpochCase.batchRows))
        let y = z.slice(0..<1, along: 1)
        return batches {
          _ = RenyiObjective.evaluate(network, z, y, wanting: [.network, .z])
        }
      },
      part("objective", 4 * fit * EpochCase.sliceProducts) { parts in
        let z = parts.z(EpochCase.batchRows)
        let t = z.slice(0..<1, along: 1)
        let fit = try SlicedDependence<Float>(sliceCount: EpochCase.slices).fit(
          z, t, using: Philox(seed: 0))
        return batches { _ = fit.objective.valueAndGradient(z, t) }
      },
      part("gather", nil) { parts in
        let x = parts.x(EpochCase.fitRows)
        var random = Philox(seed: 0).stream("shuffle")
        return {
          let order = random.permutation(EpochCase.fitRows)
          for batch in 0..<EpochCase.batches {
            let start = batch * EpochCase.batchRows
            _ = x.gather(rows: Array(order[start..<start + EpochCase.batchRows]))
          }
        }
      },
      part("Adam", nil) { parts in
        var (encoder, predictor) = (parts.encoder, parts.predictor)
        let (x, z) = (parts.x(2), parts.z(2))
        let first = encoder.backward(z, through: encoder.forward(x).tape).gradient
        let pass = predictor.forward(z)
        let second = predictor.backward(pass.y, through: pass.tape).gradient
        var optimisers = (Adam<Float>(), Adam<Float>())
        return batches {
          optimisers.0.update(&encoder, with: first)
          optimisers.1.update(&predictor, with: second)
        }
      },
    ]
  }

  private static func part(
    _ name: String, _ operations: Double?,
    _ prepare: @escaping (EpochParts.Inputs) throws -> () throws -> Void
  ) -> BenchmarkCase {
    BenchmarkCase("adult-epoch/\(name)", operations: operations) { try prepare(Inputs()) }
  }

  private static var epochSolve: SolveCase {
    SolveCase(
      rows: EpochCase.fitRows + EpochCase.validationRows, columns: EpochCase.learnt,
      slices: EpochCase.slices, target: .normal(columns: 1))
  }

  private static func batches(_ body: @escaping () -> Void) -> () -> Void {
    { for _ in 0..<EpochCase.batches { body() } }
  }

  /// The networks of the fairness experiment, and random numbers in place of data.
  struct Inputs {
    let encoder = MLP<Float>(
      widths: [EpochCase.inputs, EpochCase.hidden, EpochCase.hidden, EpochCase.learnt],
      activations: [.identity, .leakyReLU(0.2), .sine], random: Philox(seed: 0))
    let predictor: MLP<Float> = RenyiObjective.network(
      inputs: EpochCase.learnt, hidden: [EpochCase.predictor, EpochCase.predictor], outputs: 1,
      random: Philox(seed: 1))

    func x(_ rows: Int) -> Tensor<Float> { normal([rows, EpochCase.inputs]) }
    func z(_ rows: Int) -> Tensor<Float> { normal([rows, EpochCase.learnt]) }

    private func normal(_ shape: Shape) -> Tensor<Float> {
      var random = Philox(seed: 2).stream("epoch")
      return random.normal(shape: shape)
    }
  }
}
