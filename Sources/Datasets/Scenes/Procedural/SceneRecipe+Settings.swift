import Foundation
import Settings

extension SceneRecipe {
  /// Lays settings over this recipe: `side=128`, `shapes=disc,star`.
  ///
  /// - Throws: ``DatasetError/unexpected(path:at:expected:found:advice:)`` with the key that does not exist, and the
  ///   nearest that does, or whose value is of another kind; ranges are looked at by ``validate()``.
  public mutating func lay(_ settings: [String]) throws(DatasetError) {
    for setting in settings {
      guard let equals = setting.firstIndex(of: "=") else {
        throw .unexpected(
          path: "scenes", at: "settings", expected: "key=value", found: setting,
          advice: "write for example side=128")
      }
      try lay(
        String(setting[..<equals]), String(setting[setting.index(after: equals)...]))
    }
  }

  private mutating func lay(_ key: String, _ value: String) throws(DatasetError) {
    var tree = Self.tree(of: self)
    guard let old = tree[key] else {
      let known = tree.keys.sorted()
      let nearest = NearMiss.nearest(to: key, among: known)
      throw .unexpected(
        path: "scenes", at: "settings", expected: "one of \(known.joined(separator: ", "))",
        found: key, advice: nearest.map { "did you mean \($0)?" } ?? "name one of those")
    }
    if old is [String] {
      tree[key] = value.split(separator: ",").map(String.init)
    } else {
      tree[key] = try? JSONSerialization.jsonObject(
        with: Data(value.utf8), options: .fragmentsAllowed)
    }
    guard let data = try? JSONSerialization.data(withJSONObject: tree),
      let changed = try? JSONDecoder().decode(SceneRecipe.self, from: data)
    else {
      let example = (old as? [String])?.joined(separator: ",") ?? "\(old)"
      throw .unexpected(
        path: "scenes", at: key, expected: "a value such as \(example)", found: value,
        advice: "correct the value")
    }
    self = changed
  }

  /// The recipe's values by their names.
  private static func tree(of recipe: SceneRecipe) -> [String: Any] {
    guard let data = try? JSONEncoder().encode(recipe),
      let tree = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
    else { return [:] }
    return tree
  }
}
