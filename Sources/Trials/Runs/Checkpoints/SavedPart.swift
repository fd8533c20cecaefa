import Foundation
import Infomin
import Layers
import Storage
import TensorCore

/// One part of what moves in an experiment, and how a checkpoint holds it.
///
/// An experiment lists its parts once; saving and restoring follow from the list, so that neither can forget what the other knows.
struct SavedPart<Whole> {
  fileprivate let save: (Whole, inout Checkpoint, inout SavedValues) throws -> Void
  fileprivate let restore: (inout Whole, Checkpoint, SavedValues) throws -> Void

  /// A part with two functions of its own.
  init(
    save: @escaping (Whole, inout Checkpoint, inout SavedValues) throws -> Void,
    restore: @escaping (inout Whole, Checkpoint, SavedValues) throws -> Void
  ) {
    self.save = save
    self.restore = restore
  }
}

extension SavedPart {
  /// The parameters of a model, under `name/`.
  static func parameters<Model: Parameterized<Float>>(
    _ name: String, _ path: WritableKeyPath<Whole, Model>
  ) -> SavedPart {
    SavedPart(
      save: { whole, state, _ in
        state.set(under: name, whole[keyPath: path].namedParameters)
      },
      restore: { whole, state, _ in
        try whole[keyPath: path].setParameters(to: state.tensors(under: name))
      })
  }

  /// Running statistics, under `name/`.
  static func statistics<State: NormalizationState>(
    _ name: String, _ path: WritableKeyPath<Whole, State>
  ) -> SavedPart where State.Scalar == Float {
    SavedPart(
      save: { whole, state, _ in state.set(under: name, whole[keyPath: path].namedTensors) },
      restore: { whole, state, _ in
        try whole[keyPath: path].setTensors(to: state.tensors(under: name))
      })
  }

  /// What an optimiser remembers, under `name/`, and its number of steps as the value `counter`.
  static func optimizer<Rule: Optimizer<Float>>(
    _ name: String, steps counter: String, _ path: WritableKeyPath<Whole, Rule>
  ) -> SavedPart {
    SavedPart(
      save: { whole, state, values in
        let memory = whole[keyPath: path].state
        state.set(under: name, memory.tensors.map { ($0.key, $0.value) })
        values.set(counter, memory.stepCount)
      },
      restore: { whole, state, values in
        try whole[keyPath: path].restore(
          OptimizerState(
            stepCount: values.required(counter), tensors: state.tensors(under: name)))
      })
  }

  /// What a dependence term has fitted, under `name/`.
  static func estimator(
    _ name: String, _ path: WritableKeyPath<Whole, any DependenceEstimator<Float>>
  ) -> SavedPart {
    SavedPart(
      save: { whole, state, _ in
        state.set(under: name, whole[keyPath: path].state.map { ($0.key, $0.value) })
      },
      restore: { whole, state, _ in
        try whole[keyPath: path].restore(state.tensors(under: name))
      })
  }

  /// A value that is no tensor.
  static func value<Value: Codable & Sendable>(
    _ name: String, _ path: WritableKeyPath<Whole, Value>
  ) -> SavedPart {
    SavedPart(
      save: { whole, _, values in values.set(name, whole[keyPath: path]) },
      restore: { whole, _, values in whole[keyPath: path] = try values.required(name) })
  }

  /// Warnings, in the order of their letters.
  static func warnings(_ name: String, _ path: WritableKeyPath<Whole, Set<String>>) -> SavedPart {
    SavedPart(
      save: { whole, _, values in values.set(name, whole[keyPath: path].sorted()) },
      restore: { whole, _, values in
        whole[keyPath: path] = Set(try values.required(name) as [String])
      })
  }
}

extension Array {
  /// All parts of a value; the values that are no tensors become one JSON text in the metadata, under `name`.
  func checkpoint<Whole>(of whole: Whole, _ name: String) throws -> Checkpoint
  where Element == SavedPart<Whole> {
    var (checkpoint, values) = (Checkpoint(), SavedValues())
    for part in self { try part.save(whole, &checkpoint, &values) }
    checkpoint.metadata[name] = try RunCoding.text(values)
    return checkpoint
  }

  /// Brings all parts back.
  func restore<Whole>(_ whole: inout Whole, from checkpoint: Checkpoint, _ name: String) throws
  where Element == SavedPart<Whole> {
    let values = try RunCoding.decoder.decode(
      SavedValues.self, from: Data(checkpoint.text(name).utf8))
    for part in self { try part.restore(&whole, checkpoint, values) }
  }
}

/// Named values of a checkpoint that are no tensors: one JSON object.
struct SavedValues: Codable {
  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  private var written: [String: any Encodable & Sendable] = [:]
  private var read: KeyedDecodingContainer<Key>?

  /// No values.
  init() {}

  init(from decoder: any Decoder) throws { read = try decoder.container(keyedBy: Key.self) }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    for (name, value) in written { try container.encode(value, forKey: Key(stringValue: name)) }
  }

  /// Saves a value under a name.
  mutating func set(_ name: String, _ value: some Encodable & Sendable) { written[name] = value }

  /// A value that was saved.
  ///
  /// - Throws: `DecodingError` if there is none of that type.
  func required<Value: Decodable>(_ name: String) throws -> Value {
    guard let read else {
      throw DecodingError.keyNotFound(
        Key(stringValue: name), .init(codingPath: [], debugDescription: "nothing was read"))
    }
    return try read.decode(Value.self, forKey: Key(stringValue: name))
  }

  /// A value that may have been saved.
  ///
  /// - Throws: `DecodingError` if it has another type.
  func optional<Value: Decodable>(_ name: String) throws -> Value? {
    try read?.decodeIfPresent(Value.self, forKey: Key(stringValue: name))
  }

  /// The whole numbers that were saved under names other than these.
  func integers(except names: Set<String>) throws -> [String: Int] {
    guard let read else { return [:] }
    return try Dictionary(
      uniqueKeysWithValues: read.allKeys.filter { !names.contains($0.stringValue) }.map {
        ($0.stringValue, try read.decode(Int.self, forKey: $0))
      })
  }
}
