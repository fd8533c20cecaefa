extension AdaptationExperiment {
  /// How well classes are told, above all in the target domain, and what is left of the domain.
  public static var metrics: [Metric] {
    [("target", Metric.Role.headline), ("source", .main)].map { domain, role in
      Metric(
        "accuracy.\(domain)", title: domain, better: .higher, role: role, family: "accuracy",
        keep: .accuracy(domain))
    }
      + [Metric("accuracy.domain", title: "domain", better: .higher, family: "accuracy")]
      + Metric.dependences(
        of: "what it is to hide", sides: "Z and T",
        beside: ["accuracy.target", "accuracy.source"]) + [
        Metric("probe.domain", title: "domain", better: .lower, family: "probe"),
        Metric("probe.chance", title: "chance", family: "probe"),
      ]
  }
}
