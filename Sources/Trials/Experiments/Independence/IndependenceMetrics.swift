extension IndependenceExperiment {
  /// Size, seconds, power and the value under independence, by statistic.
  public static var metrics: [Metric] {
    [
      Metric("size.*", title: "*", family: "size"),
      Metric("seconds.*", title: "*", better: .lower, family: "seconds"),
      Metric("*.power/*", title: "*, *", better: .higher, role: .detail, family: "power"),
      Metric(
        "*.seconds/*", title: "*, *", better: .lower, role: .detail,
        family: "seconds by case"),
      Metric("*.statistic/*", title: "*, *", role: .detail, family: "statistic"),
      Metric("bias.*", title: "*", better: .lower, role: .detail, family: "bias"),
    ]
  }
}
