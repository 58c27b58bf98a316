// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "photograph.h"
#include "vectors.h"

namespace lamscope::scenes {

/// A pinhole camera for square pictures.
class Camera {
public:
    /// `focalLength` is in units of the picture's side. The picture's "up" is the world's y axis.
    Camera(Vec3 eye, Vec3 target, double focalLength);

    [[nodiscard]] Vec3 eye() const { return eye_; }
    /// The unit direction of a point of the picture; (0, 0) is the top left corner, (side, side) the bottom right one.
    [[nodiscard]] Vec3 ray(Vec2 place, int side) const;

private:
    Vec3 eye_;
    Vec3 forward_;
    Vec3 right_;
    Vec3 up_;
    double focalLength_;
};

/// The material at a place of a surface.
struct Material {
    Rgb albedo;
    double gloss = 0.0;  ///< share of the mirror image at normal incidence, 0 to 1; Schlick's rule at grazing angles
    Vec2 bump;           ///< added to the surface's slopes, for texture too fine to trace or a pane's tilt
};

/// The light of sun and sky.
struct Lighting {
    Vec3 sun;                ///< direction to the sun, z > 0
    Rgb sunlight;            ///< light on a white surface that faces the sun
    double sunSize = 0.03;   ///< radius of the sun's disc in radians; penumbras grow with it
    Rgb skylight;            ///< light on a white surface under an open sky
    double reflected = 0.3;  ///< light from blocked directions, as a share of the skylight
};

/// A surface z = height(x, y) over the plane z = 0, lit by sun and sky and seen from z > 0. It shows parallax, cast
/// shadows with penumbras, and dark crevices. All lengths have one unit, which the scene chooses.
class Relief {
public:
    Relief(const Relief&) = delete;
    Relief& operator=(const Relief&) = delete;
    virtual ~Relief() = default;

    /// The light that goes from the surface to the camera, for one sample of a picture.
    [[nodiscard]] Rgb seen(const Camera& camera, int side, const Sample& sample) const;

protected:
    /// Heights lie in [low, high]. `texel` is the size of the finest detail of the height; slopes are taken over this
    /// length.
    Relief(double low, double high, double texel, const Lighting& lighting);

    [[nodiscard]] virtual double height(Vec2 at) const = 0;
    [[nodiscard]] virtual Material material(Vec3 at) const = 0;
    /// The light from far away in a unit direction. It is seen beside the surface and in mirrors.
    [[nodiscard]] virtual Rgb surroundings(Vec3 direction) const;

    [[nodiscard]] const Lighting& lighting() const { return lighting_; }

private:
    /// The number of steps that find all forms on a way of this length. Slanting rays pass more forms and need more
    /// steps.
    [[nodiscard]] int stepsFor(Vec3 direction, double reach) const;
    /// The length of the ray until it is below the surface, at most `reach`; negative if the ray stays above.
    [[nodiscard]] double firstHit(Vec3 from, Vec3 direction, double reach) const;
    [[nodiscard]] bool blocked(Vec3 from, Vec3 direction) const;
    [[nodiscard]] Vec3 normalAt(Vec2 at, Vec2 bump) const;

    double low_;
    double high_;
    double texel_;
    Lighting lighting_;
};

/// A blue sky with clouds for directions with y > 0; below the horizon, the haze at the horizon.
[[nodiscard]] Rgb cloudySky(Vec3 direction);

}  // namespace lamscope::scenes
