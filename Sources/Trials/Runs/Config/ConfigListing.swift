import Storage

/// Configurations as `tessera config` prints them.
public enum ConfigListing {
  /// Each key with its value, where it came from and what it means.
  public static func explain(_ config: ResolvedConfig) -> String {
    var table = TextTable(["key", "value", "origin", "meaning"])
    for setting in config.settings {
      table.add([
        setting.key, setting.value.yaml, setting.origin.description, setting.documentation,
      ])
    }
    return table.text
  }

  /// The same as an array of `{key, type, value, origin, meaning}`.
  public static func explanation(_ config: ResolvedConfig) -> JSONValue {
    .array(
      config.settings.map {
        [
          "key": .string($0.key), "type": .string($0.kind.name), "value": $0.value.json,
          "origin": .string($0.origin.description), "meaning": .string($0.documentation),
        ]
      })
  }

  /// Each key of an experiment with its type, default and meaning.
  public static func schemaText(_ template: ConfigTemplate) -> String {
    var table = TextTable(["key", "type", "default", "--quick", "meaning"])
    for setting in template.settings {
      table.add([
        setting.key, setting.kind.name, setting.value.yaml, setting.quick?.yaml ?? "",
        setting.documentation,
      ])
    }
    return table.text
  }

  /// The JSON schema (draft 2020-12) of an experiment's configuration files.
  public static func schema(_ entry: ExperimentRegistry.Entry) -> JSONValue {
    guard case .object(var members) = properties(entry.template.settings) else {
      fatalError("ConfigListing.schema: settings are an object")
    }
    members.append(
      .init(
        "sweep",
        [
          "type": "object",
          "description": "keys, each with the list of values to run; all combinations are run",
        ]))
    return [
      "$schema": "https://json-schema.org/draft/2020-12/schema", "title": .string(entry.name),
      "description": .string(entry.summary), "type": "object", "required": ["experiment"],
      "additionalProperties": false, "properties": .object(members),
    ]
  }

  private static func properties(_ settings: [ConfigSetting]) -> JSONValue {
    let tree = ConfigText.json(settings) { setting in
      guard case .object(var members) = setting.kind.schema(setting.range) else {
        fatalError("ConfigListing.schema: the schema of a kind is an object")
      }
      if setting.key == "experiment" { members = [.init("const", setting.value.json)] }
      members.append(.init("default", setting.value.json))
      if !setting.documentation.isEmpty {
        members.append(.init("description", .string(setting.documentation)))
      }
      return .object(members)
    }
    return wrapped(tree, settings: settings, prefix: "")
  }

  /// Turns the nested tree of leaf schemas into schemas of objects.
  private static func wrapped(
    _ tree: JSONValue, settings: [ConfigSetting], prefix: String
  ) -> JSONValue {
    guard case .object(let members) = tree else { return tree }
    return .object(
      members.map { member in
        let key = prefix + member.name
        if settings.contains(where: { $0.key == key }) { return member }
        return .init(
          member.name,
          [
            "type": "object", "additionalProperties": false,
            "properties": wrapped(member.value, settings: settings, prefix: key + "."),
          ])
      })
  }
}
