extension Background {
  /// Segments drawn from the prior: `z_m,k` one after the other, `z_c,k` for each, both decoded.
  ///
  /// Batch normalisation takes the running statistics of `state`.
  ///
  /// - Parameter noise: standard normal numbers; their extents say how many pictures.
  public func sample(_ noise: Noise, _ state: State) -> Sample {
    let (side, count) = (architecture.side, architecture.components)
    let latents = SPACEArchitecture.backgroundSize
    let pictures = noise.component.shape.dimensions.first ?? 0
    require(
      pictures > 0 && noise.mask.shape == [count, pictures, latents]
        && noise.component.shape == [pictures, count, latents],
      "Background.sample: noise must be [\(count), pictures, \(latents)] and [pictures, \(count), \(latents)], "
        + "got \(noise.mask.shape) and \(noise.component.shape)")
    let z = maskPrior.sample(noise.mask)
    let weights =
      decodeMasks(z).masks.map { StickBreaking.weights($0) } ?? .ones([pictures, 1, side, side, 1])
    let appearance = NormalHead(componentPrior(rows(z))).sample(
      noise.component.reshaped(to: [pictures * count, latents]))
    let colours = decodeComponents(appearance, state.componentDecoder, mode: .evaluation).colours
    return Sample(
      weights: weights, components: colours.reshaped(to: [pictures, count, side, side, 3]))
  }

  /// Segments drawn from the prior with noise of the stream `random`.
  public func sample(count: Int, _ state: State, using random: inout Philox) -> Sample {
    let (components, latents) = (architecture.components, SPACEArchitecture.backgroundSize)
    return sample(
      Noise(
        mask: random.normal(shape: [components, count, latents]),
        component: random.normal(shape: [count, components, latents])), state)
  }
}
